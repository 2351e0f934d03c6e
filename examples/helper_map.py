"""Which helper is best: outcomes for client and helper over mirroring and self-soothing.

System S12. Each cell is a course of twenty weekly sessions with another helper. Mirroring is how
much of the client's threat arrives in him; self-soothing runs from 0, the overwhelmed
helper's tenderness toward himself and pathway, to 1, the compassionate therapist's, and a
little beyond. The three helpers of the other figures (S7, S10, S11) are points of the map.

Is there a best, inner amount of mirroring, beyond which more is too much? That is not
assumed but looked for: in each row the best mirroring is found, and called an inner
optimum if it lies at neither end. Light colours are the better outcomes in every panel. All
parameter values are assumed.
"""

import matplotlib.pyplot as plt
import xarray as xr
from numpy.typing import ArrayLike

import mirrorsys as ms

MIRRORING = (0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1, 1.27, 1.6, 2, 2.5, 3.5, 5, 7, 10)
SELF_SOOTHING = (0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.25)
BETTER = {"client_pathway": "highest", "client_threat_alone": "lowest", "helper_pathway": "highest",
          "helper_threat_alone": "lowest", "helper_threat_in_session": "lowest"}  # fmt: skip
HELPERS = {
    "warm": (ms.models.therapist, 1.0, "o"),
    "detached": (ms.models.detached_therapist, 1.0, "s"),
    "overwhelmed": (ms.models.overwhelmed_therapist, 0.0, "^"),
}
MIRRORING_TICKS = (0, 0.1, 0.3, 1, 3, 10)
SOOTHING_TICKS = (0, 0.1, 0.3, 1)
HIGH = 0.3  # threat alone above this is lasting high threat


def compute(
    mirroring: ArrayLike = MIRRORING, self_soothing: ArrayLike = SELF_SOOTHING
) -> xr.DataTree:
    return xr.DataTree.from_dict({"map": ms.claims.helper_map(mirroring, self_soothing)})


def draw(data: xr.DataTree) -> plt.Figure:
    outcomes = data["map"].to_dataset()
    figure, axes = plt.subplots(2, 3, figsize=(11.0, 6.6), sharex=True, sharey=True)
    words = axes[0, 2]
    for ax, name in zip(axes[axes != words], BETTER, strict=True):
        ms.plot.helper_map(outcomes, name, ax=ax)
        for helper, (role, self_soothing, marker) in HELPERS.items():
            ax.plot(
                role()["mu"].value, self_soothing, marker, color="white", markeredgecolor="black",
                markersize=7, label=helper, clip_on=False,
            )  # fmt: skip
        ax.set_title(in_short(name).capitalize())
        # Most happens where there is little of either.
        ax.set_xscale("symlog", linthresh=MIRRORING_TICKS[1])
        ax.set_yscale("symlog", linthresh=SOOTHING_TICKS[1])
        ax.set_xticks(MIRRORING_TICKS, [f"{tick:g}" for tick in MIRRORING_TICKS])
        ax.set_yticks(SOOTHING_TICKS, [f"{tick:g}" for tick in SOOTHING_TICKS])
        ax.minorticks_off()
        ax.set(xlabel="mirroring (dimensionless)", ylabel="self-soothing (0 overwhelmed, 1 warm)")
        ax.label_outer()
    words.axis("off")
    words.legend(*ax.get_legend_handles_labels(), loc="upper left", title="helper")
    words.text(-0.05, 0.58, in_words(outcomes), transform=words.transAxes, va="top", size=8,
               linespacing=1.7)  # fmt: skip
    figure.suptitle(finding(outcomes))
    return figure


def in_short(name: str) -> str:
    who, _, what = name.partition("_")
    return f"the {who}'s {what.replace('_', ' ')}"


def in_words(outcomes: xr.Dataset) -> str:
    """Say for each outcome which of the three helpers and which mirroring is best."""
    points = {
        helper: outcomes.sel(mirroring=role()["mu"].value, self_soothing=soothing, method="nearest")
        for helper, (role, soothing, _) in HELPERS.items()
    }
    lines = ["Best of the three helpers; best mirroring"]
    for name, better in BETTER.items():
        pick = max if better == "highest" else min
        helper = pick(points, key=lambda each, name=name: float(points[each][name]))
        lines.append(f"    {in_short(name)}: {helper}; {best(outcomes, name)}")
    return "\n".join([*lines, burnt_out(outcomes)])


def best(outcomes: xr.Dataset, name: str) -> str:
    """Say where in the range examined the best mirroring lies, and where it is an inner one."""
    mirroring, is_inner = ms.claims.best_mirroring(outcomes, name)
    if is_inner.any():
        rows = ", ".join(f"{row:g}" for row in outcomes.self_soothing.values[is_inner])
        return f"inner (self-soothing {rows})"
    most = outcomes.mirroring.values[-1]
    return " or ".join(sorted({"most" if each == most else "least" for each in mirroring}))


def burnt_out(outcomes: xr.Dataset) -> str:
    """Say where the helper himself ends in lasting high threat."""
    high = outcomes["helper_threat_alone"] >= HIGH
    rows = outcomes.self_soothing.values[high.any("mirroring")]
    columns = outcomes.mirroring.values[high.any("self_soothing")]
    if not rows.size:
        return "The helper nowhere ends in high threat alone."
    return (
        "The helper himself ends in high threat alone only\n"
        f"    at self-soothing up to {rows[-1]:g} and mirroring {columns[0]:g} to {columns[-1]:g}"
    )


def finding(outcomes: xr.Dataset) -> str:
    """Say for whom an inner optimum of mirroring exists, and what the ends are good for."""
    groups: dict[str, list[str]] = {}
    for name in BETTER:
        kind, _, _ = best(outcomes, name).partition(" (")
        groups.setdefault(kind, []).append(in_short(name))
    low, high = outcomes.mirroring.values[[0, -1]]
    inner = groups.pop("inner", [])
    exists = f"only for {', '.join(inner)}" if inner else "for none of the five outcomes"
    ends = "; ".join(
        f"{kind} mirroring for {', '.join(names) if len(names) == 1 else len(names)}"
        for kind, names in sorted(groups.items(), key=lambda item: -len(item[1]))
    )
    return (
        f"An inner optimum of mirroring, between {low:g} and {high:g}, exists {exists}.\n"
        f"{'Best otherwise' if inner else 'Best'}: {ends}."
    )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "helper_map.png")
