"""Where high threat can last: folds of the equilibria, from a formula and from a search.

System S6 and S8. With pathway strength (W) held constant, the equilibria of a lone person are a
curve in closed form: the stressor is a rational function of threat, because it enters
the threat equation affinely. Where the curve turns back, at a fold, a stable and an unstable state
meet and vanish. Left: the curve for four pathways. With a weak pathway the chronic state lasts
even without any stressor; with a strong one there is no fold at all.

Right: all folds at once. Setting the derivative of the formula to zero leaves a
quadratic equation for the pathway, so the fold curve too is in closed form, threat running
along it. The circles are found another way, by searching for the stressor at which the
number of certified equilibria changes. Both agree. In the wedge there are three equilibria: a
calm one, a chronic one, and an unstable one between them. Either outer one can lose its
stability before it meets a fold, where two eigenvalues cross the imaginary axis (dotted); where
both have, threat goes up and down for ever. The client of the course crosses the dotted line
from the left. All parameter values are assumed.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
import xarray as xr

import mirrorsys as ms

LONE = ms.models.client().freeze(pathway=0.1, signal=1.0)
SHOWN = (0.1, 0.26, 0.4, 0.6)
THREATS = np.linspace(0.002, 0.75, 1500)
PATHWAYS = np.linspace(0, 0.7, 281)
STRESS_LIMITS = (0.0, 0.16)
LIFE = ms.protocols.LEVELS["client_life"]
SEARCHED = np.array([0.06, 0.12, 0.18, 0.24, 0.3, 0.36, 0.42, 0.46])
REGIONS = {  # seen in simulations of the regimes, see adult_without
    (0.14, 0.115): "chronic state only",
    (0.12, 0.028): "calm or chronic",
    (0.5, 0.045): "calm state only",
    (0.48, 0.115): "no stable state:\noutbursts",
}
ACCURACY = 1e-7  # of the search, in units of the stressor


def compute(
    searched: Sequence[float] = SEARCHED, pathways: Sequence[float] = PATHWAYS
) -> xr.DataTree:
    """Return the curves of equilibria, the folds by formula and by search, and lost stability."""
    return xr.DataTree.from_dict(
        {
            "/curves": equilibrium_curves(np.array(SHOWN), THREATS),
            "/folds": folds_by_formula(),
            "/searched": folds_by_search(searched),
            "/surface": equilibrium_curves(np.asarray(pathways), THREATS[::5]),
        }
    )


def equilibrium_curves(pathways: np.ndarray, threats: np.ndarray) -> xr.Dataset:
    """Return stressor and leading eigenvalue of the equilibria, by threat and pathway."""
    curve = ms.symbolic.branch(LONE, "stressor")
    slopes = ms.kernels.kernel(LONE).jacobian
    stressor = np.empty((pathways.size, threats.size))
    leading = np.empty((pathways.size, threats.size), dtype=complex)
    for row, pathway in enumerate(pathways):
        points = curve.at(threats, {"pathway": float(pathway)})
        stressor[row] = points["stressor"]
        matrices = np.empty((threats.size, 3, 3))
        for column, state in enumerate(np.transpose([points[name] for name in LONE.state_names])):
            values = {"pathway": pathway, "stressor": stressor[row, column]}
            parameters = np.array([values.get(q.name, q.value) for q in LONE.parameters])
            now = np.array([values.get(q.name, q.value) for q in LONE.inputs])
            slopes(np.ascontiguousarray(state), parameters, now, matrices[column])
        eigenvalues = np.linalg.eigvals(matrices)
        rightmost = eigenvalues.real.argmax(axis=1)
        leading[row] = eigenvalues[np.arange(threats.size), rightmost]
    return xr.Dataset(
        {
            "stressor": (("pathway", "threat"), stressor, {"units": "1"}),
            "growth": (("pathway", "threat"), leading.real, {"units": "1/min"}),
            "is_oscillating": (("pathway", "threat"), leading.imag != 0),
        },
        coords={"pathway": pathways, "threat": threats},
    )


def folds_by_formula() -> xr.Dataset:
    """Return pathway and stressor of the folds along threat, from the derivative of the formula."""
    curve = ms.symbolic.branch(LONE, "stressor")
    names = {symbol.name: symbol for symbol in curve.value.free_symbols}
    threat, pathway = names["threat"], names["pathway"]
    values = {names[q.name]: q.value for q in LONE.parameters if q.name in names}
    values.pop(pathway, None)
    a, b, c = (
        sp.lambdify(threat, sp.sympify(each).subs(values), "numpy")(THREATS)
        for each in sp.Poly(curve.fold_polynomial().as_expr(), pathway).all_coeffs()
    )
    root = np.sqrt(np.where(b**2 >= 4 * a * c, b**2 - 4 * a * c, np.nan))
    both = np.stack([(-b - root) / (2 * a), (-b + root) / (2 * a)])
    stressor = sp.lambdify((threat, pathway), curve.value.subs(values), "numpy")(THREATS, both)
    is_inside = (both >= 0) & (both <= 1) & (stressor >= 0) & (stressor <= 1)
    return xr.Dataset(
        {
            "pathway": (("root", "threat"), np.where(is_inside, both, np.nan), {"units": "1"}),
            "stressor": (("root", "threat"), np.where(is_inside, stressor, np.nan), {"units": "1"}),
        },
        coords={"threat": THREATS},
    )


def folds_by_search(pathways: Sequence[float]) -> xr.Dataset:
    """Return where, for some pathways, the number of certified equilibria changes, by bisection."""
    found = []
    for pathway in pathways:
        grid = np.linspace(*STRESS_LIMITS, 33) + 1e-5
        counts = [count(float(pathway), float(each)) for each in grid]
        for low, high, before, after in zip(grid, grid[1:], counts, counts[1:], strict=False):
            if before != after:
                found.append((pathway, bisected(float(pathway), low, high, before)))
    places, stressors = np.transpose(found)
    return xr.Dataset(
        {"pathway": ("fold", places, {"units": "1"}),
         "stressor": ("fold", stressors, {"units": "1"})}
    )  # fmt: skip


def count(pathway: float, stressor: float) -> int:
    """Return the number of equilibria, none of which is missing."""
    return len(ms.equilibria(LONE, {"pathway": pathway, "stressor": stressor}))


def bisected(pathway: float, low: float, high: float, before: int) -> float:
    """Return the stressor between two at which the number of equilibria changes."""
    while high - low > ACCURACY:
        middle = (low + high) / 2
        low, high = (middle, high) if count(pathway, middle) == before else (low, middle)
    return (low + high) / 2


def draw(data: xr.DataTree) -> plt.Figure:
    """Draw the curves of equilibria, and the plane of pathway and stressor."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 5.1))
    figure.suptitle("High threat lasts only while the pathway is weak")
    _draw_curves(left, data["curves"].to_dataset())
    _draw_plane(right, data)
    return figure


def _draw_curves(ax: plt.Axes, curves: xr.Dataset) -> None:
    shades = plt.get_cmap("viridis")(np.linspace(0.05, 0.8, curves.sizes["pathway"]))
    for row, (pathway, color) in enumerate(zip(curves["pathway"].values, shades, strict=True)):
        stressor, growth = curves["stressor"].values[row], curves["growth"].values[row]
        for is_stable, style in ((True, "-"), (False, ":")):
            line = np.where((growth < 0) == is_stable, stressor, np.nan)
            ax.plot(line, curves["threat"], style, color=color, linewidth=1.8,
                    label=f"W = {pathway:g}" if is_stable else None)  # fmt: skip
        curve = ms.symbolic.branch(LONE, "stressor")
        for fold in curve.folds({"pathway": float(pathway)}):
            ax.plot(fold.parameter, fold.state["threat"], "o", color=color, markersize=6)
    ax.axvline(LIFE, color="grey", linewidth=0.8)
    ax.annotate("the client's life", (LIFE, 0.92), (4, 0), textcoords="offset points", size=8,
                color="dimgrey")  # fmt: skip
    ax.set(xlim=STRESS_LIMITS, ylim=(0, 0.95), xlabel="stressor $s$ (dimensionless)",
           ylabel="threat at equilibrium (dimensionless)",
           title="Equilibria of a lone person, in closed form")  # fmt: skip
    ax.legend(title="solid: stable, dotted: unstable, dots: folds", loc="upper right", ncols=2,
              fontsize=8, title_fontsize=8, bbox_to_anchor=(1, 0.95))  # fmt: skip


def _draw_plane(ax: plt.Axes, data: xr.DataTree) -> None:
    folds, searched = data["folds"].to_dataset(), data["searched"].to_dataset()
    red = ms.plot.PALETTE["threat"]
    for index in range(folds.sizes["root"]):
        ax.plot(folds["pathway"][index], folds["stressor"][index], color="black", linewidth=1.6,
                label="fold, by the formula" if index == 0 else None)  # fmt: skip
    ax.plot(searched["pathway"], searched["stressor"], "o", markerfacecolor="none", color=red,
            label="fold, by counting certified equilibria")  # fmt: skip
    for index, (pathways, stressors) in enumerate(crossings(data["surface"].to_dataset())):
        label = None if index else "two eigenvalues cross the imaginary axis"
        ax.plot(pathways, stressors, ":", color=red, linewidth=1.8, label=label)
    ax.axhline(LIFE, color="grey", linewidth=0.8)
    ax.annotate("the client's life", (0.69, LIFE), (0, 3), textcoords="offset points", size=8,
                color="dimgrey", ha="right")  # fmt: skip
    for place, words in REGIONS.items():
        ax.annotate(words, place, size=9, ha="center", va="center", style="italic")
    ax.set(xlim=(0, 0.7), ylim=STRESS_LIMITS, title="Folds over pathway and stressor",
           xlabel="pathway strength $W$ (dimensionless)",
           ylabel="stressor $s$ (dimensionless)")  # fmt: skip
    ax.legend(loc="lower right", fontsize=8)


def crossings(surface: xr.Dataset) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return pathway and stressor along the lines where a complex pair loses its stability."""
    growth = np.where(surface["is_oscillating"], surface["growth"], np.nan)
    unseen = plt.figure().add_subplot()
    lines = unseen.contour(surface["pathway"], surface["threat"], growth.T, levels=[0.0])
    plt.close(unseen.figure)
    curve = ms.symbolic.branch(LONE, "stressor")
    return [
        (
            pathways,
            np.array([float(curve.at(threat, {"pathway": float(pathway)})["stressor"])
                      for pathway, threat in zip(pathways, threats, strict=True)]),
        )
        for pathways, threats in (segment.T for segment in lines.allsegs[0] if len(segment) > 5)
    ]  # fmt: skip


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "chronic_state.png")
