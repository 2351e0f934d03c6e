"""In how much of the parameter box each claim stands, and which couplings decide it.

System S1 to S12, all of them. The parameters that all persons share are drawn around the default
set (Sobol sample), once from 5 % below to 5 % above, once from 20 %; at each set every claim is
computed with its controls. A claim stands if its bound is met and every control breaks it, as it
must. Bars: the share of sets in which it does, with its 95 % interval (Wilson). Squares: how the
margin of the claim goes with each parameter (Spearman's rank correlation, wider box); strong
colours are the couplings that decide it. Claims that stand everywhere in both boxes are left out
and counted. All parameter values are assumed.
"""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

SHARES = (0.05, 0.2)
WORDS = 60  # letters of a statement
COLOURS = (ms.plot.PALETTE["soothing"], ms.plot.PALETTE["pathway"])


def compute(n: int = 32, shares: tuple[float, ...] = SHARES) -> xr.DataTree:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(os.cpu_count() or 1, n), mp_context=context) as executor:
        return xr.DataTree.from_dict(
            {
                f"{100 * share:g} %": ms.claims.robustness(n, ranges=share, executor=executor)
                for share in shares
            }
        )


def draw(data: xr.DataTree) -> plt.Figure:
    boxes = {name: node.to_dataset() for name, node in data.children.items()}
    narrow, *_, wide = boxes.values()
    shown = np.flatnonzero((wide.share < 1) | (narrow.share < 1))
    shown = shown[np.argsort(-wide.share.values[shown], kind="stable")]
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(12.5, 1.8 + 0.3 * max(len(shown), 3)), sharey=True
    )
    y, height = np.arange(len(shown)), 0.8 / len(boxes)
    for number, (name, own) in enumerate(boxes.items()):
        share, low, high = (
            100 * own[key].values[shown] for key in ("share", "share_low", "share_high")
        )
        left.barh(y + (number - 0.5) * height, share, height, label=f"within {name}",
                  xerr=np.array([share - low, high - share]).clip(0), color=COLOURS[number],
                  error_kw={"linewidth": 0.8})  # fmt: skip
    words = [f"{wide.system.values[i]}  {_short(str(wide.statement.values[i]))}" for i in shown]
    left.set_yticks(y, words)
    left.set(xlabel="sets in which the claim stands (%)", xlim=(0, 100))
    left.legend(loc="upper right", bbox_to_anchor=(-0.02, -0.02))
    image = right.imshow(wide.influence.values[shown], cmap="RdBu_r", vmin=-1, vmax=1,
                         aspect="auto")  # fmt: skip
    names = [str(name) for name in wide.parameter.values]
    right.set_xticks(np.arange(len(names)), names, rotation=60, ha="right")
    right.set(xlabel="parameter (name)")
    figure.colorbar(image, ax=right, label="rank correlation with the margin (1)")
    figure.suptitle(in_words(data, len(shown)))
    return figure


def _short(statement: str) -> str:
    return statement if len(statement) <= WORDS else statement[: WORDS - 1].rstrip() + "…"


def in_words(data: xr.DataTree, n_shown: int) -> str:
    boxes = {name: node.to_dataset() for name, node in data.children.items()}
    first = next(iter(boxes.values()))
    everywhere = first.sizes["claim"] - n_shown
    together = ", ".join(
        f"{100 * float(own.all_stand.mean()):.0f} % within {name}" for name, own in boxes.items()
    )
    return (
        f"{everywhere} of {first.sizes['claim']} claims stand at every set examined. All stand "
        f"together at {together} ({first.sizes['set']} sets each)"
    )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "robustness.png")
