"""A recorded conversation drives a listener.

System S1, on real input. Both partners of a couple in conversation rated their own emotion with
a dial, one value every two seconds, from about 0 (very negative) to 5 (very positive). One
partner's rating, turned into distress (5 becomes 0 and 0 becomes 1), is what a
listener of the model sees; it raises her threat by mirroring. Two listeners hear the same: one
with a strong soothing pathway and tenderness toward herself (the role of a therapist), one with
a weak pathway. Only the mirroring of distress is driven; the listener does not answer, and her
partner's real rating is not used.

Where samples are missing, a shape-preserving curve bridges the gap; gaps are shaded, and
the column on the right enlarges the longest. How a dial becomes distress is assumed, like all
parameter values, and it matters: were the middle of the dial the zero of distress, the
listener with a weak pathway would not be thrown into high threat by this couple.

The data are those of Butler's R package rties (rties_ExampleDataFull, GPL-3), which is not
part of mirrorsys: name your own copy in the environment variable MIRRORSYS_COUPLE_DIALS, or
call ``compute(path)``. Without it a recording is used that the library itself made
(``data/make_recording.py``), and the title says so.
"""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

HERE = Path(__file__).resolve().parent
MADE = HERE / "data" / "made_recording.csv"
BESIDE = HERE.parents[1] / "shared" / "data" / "couple_dials.csv"
SPEAKER = {"couple": 3, "person": 3}  # three of her ratings are missing
LISTENERS = {
    "strong": ms.models.therapist("listener"),
    "weak": ms.models.person("listener"),
}


def dials(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the file to read: `path`, the user's own copy, the one beside us, or the made one."""
    if path is None:
        path = os.environ.get("MIRRORSYS_COUPLE_DIALS")
    if path is None:
        path = BESIDE if BESIDE.is_file() else MADE
    return Path(path)


def compute(path: str | os.PathLike[str] | None = None) -> xr.DataTree:
    """Return the recording and what two listeners make of it.

    Parameters
    ----------
    path : path, optional
        A CSV file with the columns couple, person, time_s and dial.
    """
    source = dials(path)
    rated = ms.protocols.recording(
        source, time="time_s", value="dial", time_scale=1 / 60,
        where=None if source == MADE else SPEAKER,
    )  # fmt: skip
    distress = rated.rescaled(zero=5, one=0)
    talk = ms.Phase(rated.duration, {"seen_distress": distress}, name="conversation")
    times = np.linspace(0, rated.duration, 2001)
    groups = {
        f"/{name}": ms.simulate(listener, protocol=talk, times=times)
        for name, listener in LISTENERS.items()
    }
    recorded = xr.Dataset(
        {"dial": ("time", list(rated.values), {"units": "points, 0 to 5"})},
        coords={"time": ("time", list(rated.times), {"units": "min"})},
        attrs={"label": rated.label, "n_missing": rated.n_missing, "made": int(source == MADE)},
    )
    return xr.DataTree.from_dict({"/recording": recorded, **groups})


def draw(data: xr.DataTree) -> plt.Figure:
    """Draw the recording with its gaps and both listeners; on the right the longest gap."""
    rating = data["recording"].to_dataset()
    rated = ms.Recording(
        tuple(rating["time"].values), tuple(rating["dial"].values),
        int(rating.attrs["n_missing"]), str(rating.attrs["label"]),
    )  # fmt: skip
    figure, axes = plt.subplots(
        3, 2, figsize=(9.5, 7), sharex="col", sharey="row", width_ratios=(2.6, 1)
    )
    for ax in axes[0]:
        ms.plot.recording(rated, name="rating on the dial", unit="0 to 5", ax=ax)
    for row, name in enumerate(LISTENERS, 1):
        _draw_listener(axes[row], data[name].to_dataset(), name, rated.gaps)
    axes[0, 0].set(title=_missing_in_words(rated), ylim=(-0.1, 6.4), yticks=range(6))
    axes[0, 0].legend(loc="upper right", ncols=3)
    axes[1, 0].legend(loc="upper right", ncols=2)
    if rated.gaps:
        start, end = max(rated.gaps, key=lambda gap: gap[1] - gap[0])
        room = max(end - start, 0.2)
        axes[0, 1].set(xlim=(start - room, end + room), title="The longest gap")
    axes[0, 0].set_xlim(0, rated.duration)
    for ax in axes[:, 1]:
        ax.set_ylabel("")
    for ax in axes[:2].flat:
        ax.set_xlabel("")
    made = bool(rating.attrs["made"])
    figure.suptitle(
        f"{'Made by the library, nobody was recorded' if made else 'Recorded'}: {rated.label}",
        x=0.01, ha="left", size=11,
    )  # fmt: skip
    return figure


def _draw_listener(
    axes: np.ndarray, run: xr.Dataset, name: str, gaps: tuple[tuple[float, float], ...]
) -> None:
    for ax in axes:
        ms.plot.timecourse(run, ("threat", "soothing"), ax=ax)
        for gap in gaps:
            ax.axvspan(*gap, color=ms.plot.PALETTE["missing"], linewidth=0.8, zorder=0)
    threat, strength = run["threat"].values, float(run["pathway"][0])
    axes[0].set(
        title=f"Listener with a {name} pathway, W = {strength:.2f}: "
        f"threat up to {threat.max():.2f}, {threat[-1]:.2f} at the end",
        ylim=(-0.02, 1),
    )


def _missing_in_words(rated: ms.Recording) -> str:
    total = len(rated.times) + rated.n_missing
    longest = max((end - start for start, end in rated.gaps), default=0.0) * 60
    return (
        f"What the listener sees: {rated.n_missing} of {total} samples missing, "
        f"longest gap {longest:.0f} s"
    )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "recorded_listener.png")
