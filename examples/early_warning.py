"""Whether a client's ratings tell that a sudden gain is coming, and how often they are wrong.

System S8 with noise. A client lives alone with little stress, thrown about by small random
events (noise on threat). In one group the pathway is strengthened by 0.002 a day, as by
a course of therapy, until the chronic state can no longer be held and the client drops into the
calm one for good: a sudden gain. In the other the same noise meets a pathway that stays as it
is. Six ratings of threat a day for five weeks are given to the standard indicators of critical
slowing down (Dakos et al. 2012): variance and lag-1 autocorrelation in a rolling window of half
the series, after a Gaussian trend is subtracted. An alarm is a rise (Kendall's tau) at one of
the usual thresholds. All clients are watched for the same five weeks, whenever they leave: series
chosen because they ended in a transition would flatter the method (Boettiger & Hastings 2012).
Clients who leave within the five weeks are left out and counted.

Why one indicator works and the other does not follows from the equations, linearised at the
chronic state with noise: it is lost by an oscillation (a Hopf bifurcation), and what happened
four hours ago is forgotten long since. Ratings 2 minutes apart would show the autocorrelation
rise, ratings 5 minutes apart would show it fall. Ratings are not exact, either: the last panel adds
errors of rating.

Stress is below that of the client of S8: at his, noise throws the client out before there is a
calm state to stay in, and he is back within hours. All parameter values and the strength of the
noise are assumed.
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.linalg import expm, solve_continuous_lyapunov

import mirrorsys as ms

DAY = 1440.0  # minutes
WATCHED, WHOLE = 35.0, 50.0  # days of ratings given to the indicators; days simulated
EVERY = 240.0  # minutes between two ratings
START, PER_DAY = 0.1, 0.002  # pathway, and by how much it grows
AMPLITUDE = 0.015  # of the noise on threat, 1/sqrt(min)
CALM = 0.2  # threat below this ends the chronic state
ERRORS = (0.0, 0.01, 0.02, 0.05, 0.1)  # standard deviation of a rating's error
INDICATORS = ("variance", "autocorrelation")
LEVEL = 0.05
STRONG = 80.0  # % of true alarms, below which the warning is called weak
USUAL, OTHER, HIGH = "p ≤ 0.05, AR(1)", "p ≤ 0.05, phases", "tau ≥ 0.5"
THRESHOLDS = {USUAL: "o", OTHER: "^", HIGH: "s"}
LAGS = np.linspace(0, EVERY, 481)  # minutes
LIFE = {"stressor": 0.02}  # little: a calm state exists whatever the pathway
GROUPS = {"strengthened": PER_DAY / DAY, "unchanged": 0.0}
COLOURS = {"strengthened": ms.plot.PALETTE["soothing"], "unchanged": ms.plot.PALETTE["threat"]}
LOOKS = {"variance": ("black", "-"), "autocorrelation": (ms.plot.PALETTE["pathway"], "--")}
CLIENT = (
    ms.models.client()
    .freeze(signal=1.0)
    .replace(
        equations={"pathway": "growth"},
        parameters={"growth": ms.Parameter("growth", 0.0, unit="1/min")},
        diffusion={"threat": AMPLITUDE},
    )
)


def compute(
    n: int = 200, n_surrogates: int = 99, errors: tuple[float, ...] = ERRORS
) -> xr.DataTree:
    """Return both groups' ratings and indicators, the effect of errors, and linear theory."""
    ratings = {name: rated(growth, n) for name, growth in GROUPS.items()}
    gone = ratings["strengthened"]["leaves"].values < WATCHED
    stayed = {"strengthened": np.flatnonzero(~gone), "unchanged": np.arange(n)}
    watched = {name: own.isel(member=stayed[name]).sel(time=slice(0, WATCHED - 1e-9))
               for name, own in ratings.items()}  # fmt: skip
    found = {
        name: ms.early_warning(own, "threat", n_surrogates=n_surrogates, seed=1)
        for name, own in watched.items()
    }
    return xr.DataTree.from_dict(
        {
            **{f"ratings/{name}": own for name, own in ratings.items()},
            **{f"indicators/{name}": own for name, own in found.items()},
            "errors": with_errors(watched, errors),
            "theory": theory(),
        }
    )


def rated(growth: float, n: int) -> xr.Dataset:
    """Return threat and pathway at all ratings, and the day on which each client is calm."""
    times = np.arange(0.0, WHOLE * DAY, EVERY)
    runs = ms.ensemble(
        CLIENT, [{**LIFE, "growth": growth, "pathway": START}] * n, duration=WHOLE * DAY,
        noise=ms.Noise(0.1), seed=1, progress=False,
        outputs={"threat": ms.outputs.at_times("threat", times),
                 "leaves": ms.outputs.first_time(f"threat < {CALM}")},
    )  # fmt: skip
    return xr.Dataset(
        {"threat": (("member", "time"), runs["threat"].values, {"units": "1"}),
         "leaves": ("member", runs["leaves"].values / DAY, {"units": "d"}),
         "back": ("member", share_back(runs, times), {"units": "1"})},
        {"time": ("time", times / DAY, {"units": "d"})},
    )  # fmt: skip


def share_back(runs: xr.Dataset, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of a client's ratings after leaving that are no longer calm."""
    after = times > runs["leaves"].values[:, np.newaxis]
    tense = (runs["threat"].values >= CALM) & after
    return tense.sum(axis=1) / np.maximum(after.sum(axis=1), 1)


def with_errors(watched: dict[str, xr.Dataset], errors: tuple[float, ...]) -> xr.Dataset:
    """Return the area under the ROC curve for ratings with errors."""
    areas = np.empty((2, len(errors), len(INDICATORS)))
    for index, error in enumerate(errors):
        rng, taus = np.random.default_rng(index), {}
        for name, own in watched.items():
            noisy = own.assign(threat=own["threat"] + error * rng.normal(size=own["threat"].shape))
            taus[name] = ms.early_warning(noisy, "threat", n_surrogates=0, seed=1)["tau"]
        for place, kind in enumerate(INDICATORS):
            curve = ms.analysis.roc(*(taus[name].sel(indicator=kind) for name in GROUPS))
            areas[:, index, place] = curve["area"], curve["area_error"]
    return xr.Dataset(
        {"area": (("error", "indicator"), areas[0]), "spread": (("error", "indicator"), areas[1])},
        {"error": list(errors), "indicator": list(INDICATORS)},
    )


def theory() -> xr.Dataset:
    """Return variance and autocorrelation of threat near the chronic state, without its drift."""
    pathways = [START, START + PER_DAY * WATCHED]
    alone = ms.models.client().freeze(signal=1.0, pathway=START)
    variances, correlations, periods = [], [], []
    for pathway in pathways:
        params = {**LIFE, "pathway": pathway}
        chronic = max(ms.equilibria(alone, params), key=lambda each: each.state["threat"])
        values = [params.get(each.name, each.value) for each in (*alone.parameters, *alone.inputs)]
        p, u = np.split(np.array(values), [len(alone.parameters)])
        state = np.array([chronic.state[name] for name in alone.state_names])
        jacobian = ms.kernels.kernel(alone).at(p, u)[1](state)
        kicks = np.zeros_like(jacobian)
        kicks[0, 0] = AMPLITUDE**2  # threat is the first state
        covariance = solve_continuous_lyapunov(jacobian, -kicks)
        variances.append(covariance[0, 0])
        correlations.append([(expm(jacobian * lag) @ covariance)[0, 0] for lag in LAGS])
        turning = np.abs(np.linalg.eigvals(jacobian).imag).max()
        periods.append(2 * np.pi / turning if turning else np.inf)
    correlations = np.array(correlations) / np.array(variances)[:, None]
    return xr.Dataset(
        {"variance": ("pathway", variances), "period": ("pathway", periods, {"units": "min"}),
         "autocorrelation": (("pathway", "lag"), correlations)},
        {"pathway": pathways, "lag": ("lag", LAGS, {"units": "min"})},
    )  # fmt: skip


# ---- the figure --------------------------------------------------------------------------------


def draw(data: xr.DataTree) -> plt.Figure:
    figure, axes = plt.subplots(2, 3, figsize=(13.5, 7.4))
    draw_one_client(data, axes[0, 0])
    for ax, kind in zip(axes[0, 1:], INDICATORS, strict=True):
        draw_indicator(data, kind, ax)
    draw_theory(data["theory"].to_dataset(), axes[1, 0])
    draw_alarms(data, axes[1, 1])
    draw_errors(data["errors"].to_dataset(), axes[1, 2])
    figure.legend(*axes[0, 1].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    figure.suptitle(in_words(data))
    return figure


def draw_one_client(data: xr.DataTree, ax: plt.Axes) -> None:
    ax.axvspan(0, WATCHED, color=ms.plot.PALETTE["contact"], linewidth=0, zorder=0)
    for name in reversed(GROUPS):
        own = data["ratings"][name].to_dataset().isel(member=0)
        ax.plot(own["time"], own["threat"], color=COLOURS[name], linewidth=0.9)
    leaves = float(data["ratings/strengthened"]["leaves"][0])
    ax.annotate("sudden gain", (leaves, CALM), xytext=(-12, 0), textcoords="offset points",
                ha="right", va="center", arrowprops={"arrowstyle": "->"})  # fmt: skip
    ax.text(WATCHED / 2, 0.06, "ratings the indicators are given", ha="center", fontsize=8)
    ax.set(xlabel="time (d)", ylabel="threat, rated 6 times a day (1)", ylim=(0, 0.7),
           xlim=(0, WHOLE), title="One client, with the same noise twice")  # fmt: skip


def draw_indicator(data: xr.DataTree, kind: str, ax: plt.Axes) -> None:
    for name in reversed(GROUPS):
        own = data["indicators"][name].to_dataset()
        ms.plot.indicator(own, kind, ax=ax, color=COLOURS[name], label=f"pathway {name}")
    ax.set(xlabel="end of the rolling window (d)", title=f"{kind.capitalize()}, 5–95 % of clients")


def draw_theory(found: xr.Dataset, ax: plt.Axes) -> None:
    for row, name in zip(range(2), reversed(GROUPS), strict=True):
        ax.plot(found["lag"], found["autocorrelation"][row], color=COLOURS[name])
    ax.axhline(0, color="0.7", linewidth=0.8, zorder=0)
    ax.axvline(EVERY, color="black", linestyle=":", linewidth=1.0)
    ax.text(EVERY * 0.85, 0.5, "these ratings:\n4 hours apart,\nnothing left", ha="right",
            fontsize=8)  # fmt: skip
    growth = float(found["variance"][1] / found["variance"][0])
    before, after = (f"{float(each):.2f}" for each in found["pathway"])
    ax.text(EVERY * 0.85, 0.85, f"pathway {before} to {after}:\nvariance × {growth:.1f}",
            ha="right", fontsize=8)  # fmt: skip
    ax.set_xscale("symlog", linthresh=10)
    ax.set_xticks([0, 2, 5, 10, 20, 60, 240], ["0", "2", "5", "10", "20", "60", "240"])
    ax.set(xlabel="time between two ratings (min)", ylabel="autocorrelation of threat (1)",
           title="Why: the linear theory, first and last day", xlim=(0, 280))  # fmt: skip


def draw_alarms(data: xr.DataTree, ax: plt.Axes) -> None:
    for kind, (colour, dashes) in LOOKS.items():
        curve = ms.analysis.roc(
            *(data["indicators"][name]["tau"].sel(indicator=kind) for name in GROUPS)
        )
        area, spread = float(curve["area"]), 2 * float(curve["area_error"])
        ms.plot.roc(curve, ax=ax, color=colour, linestyle=dashes,
                         label=f"{kind}: area {area:.2f} ± {spread:.2f}")  # fmt: skip
        for threshold, marker in THRESHOLDS.items():
            true, false = (100 * rate(data, name, kind, threshold) for name in GROUPS)
            ax.plot(false, true, marker, color=colour, linestyle="none", markersize=5,
                    label=f"{threshold}: {true:.0f} % true, {false:.0f} % false")  # fmt: skip
    ax.set_title("Alarms, at every threshold of tau")
    ax.legend(loc="lower right", fontsize=7, labelspacing=0.25, borderaxespad=0.1)


def draw_errors(found: xr.Dataset, ax: plt.Axes) -> None:
    for kind, (colour, dashes) in LOOKS.items():
        own = found.sel(indicator=kind)
        ax.errorbar(100 * found["error"], own["area"], 2 * own["spread"], color=colour,
                    linestyle=dashes, marker="o", markersize=4, capsize=2, label=kind)  # fmt: skip
    ax.axhline(0.5, color="0.7", linewidth=0.8, zorder=0)
    ax.text(7.5, 0.38, "0.5: mere chance", ha="center", color="0.4", fontsize=8)
    ax.set(xlabel="error of a rating, s.d. (% of the scale)", ylabel="area under the curve (1)",
           ylim=(0.35, 1.02), title="With errors of rating (bars: 2 standard errors)")  # fmt: skip
    ax.legend(loc="upper right")


def rate(data: xr.DataTree, name: str, kind: str, threshold: str) -> float:
    """Return the share of a group's clients for whom an indicator raises the alarm."""
    own = data["indicators"][name].to_dataset().sel(indicator=kind)
    if threshold == HIGH:
        return float((own["tau"] >= 0.5).mean())
    surrogate = "ar1" if threshold == USUAL else "phase"
    return float((own["p_value"].sel(surrogate=surrogate) <= LEVEL).mean())


def in_words(data: xr.DataTree) -> str:
    true, false = (100 * rate(data, name, "variance", USUAL) for name in GROUPS)
    other, chance = (100 * rate(data, name, "autocorrelation", USUAL) for name in GROUPS)
    leaves = data["ratings/strengthened"]["leaves"]
    days, early = float(leaves.median()) - WATCHED, int((leaves < WATCHED).sum())
    errors = data["errors"].to_dataset().sel(indicator="variance")
    hidden = errors["error"][(errors["area"] - 2 * errors["spread"] <= 0.5).values]
    strength = "A warning" if true >= STRONG else "A weak warning"
    if hidden.size and float(hidden[0]) == 0.0:
        strength, limit = "No warning", "errors do not matter"
    else:
        limit = f"an error of {100 * hidden[0]:.0f} % hides it" if hidden.size else "errors, too"
    return (
        f"{strength}: {days:.0f} days before the sudden gain rising variance gives the alarm for "
        f"{true:.0f} % of clients (false alarms {false:.0f} %),\nautocorrelation for {other:.0f} % "
        f"({chance:.0f} %). Ratings are exact; {limit}. "
        f"{early} of {leaves.size} clients left before the end of the ratings"
    )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "early_warning.png")
