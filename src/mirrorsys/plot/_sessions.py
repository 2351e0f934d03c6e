"""Repeated sessions: how they strengthen the soothing pathway, and what threat does meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from mirrorsys.plot._labels import axis_label
from mirrorsys.plot._style import LINE_STYLES, PALETTE

__all__ = ["Sessions", "sessions"]

ASIDE = 0.28  # before and after stand beside the number of the session, not on it


class Sessions(NamedTuple):
    """What `sessions` drew."""

    pathway: Line2D
    before: Line2D
    during: Line2D
    after: Line2D
    ranges: LineCollection


def sessions(
    run: xr.Dataset, *, client: str = "client", ax: Axes | Sequence[Axes] | None = None
) -> Sessions:
    """Draw a person's pathway session by session, with threat before, during and after each.

    Threat before is what the person brings to a session; during, the mean over the
    session and, as a bar, its range; after, what the person leaves with.

    Parameters
    ----------
    run : Dataset
        A simulation with phases named ``"session"``, alone or directly after one named
        ``"recall"``, as `mirrorsys.protocols.weekly_sessions` has them.
    client : str
        The name of the person.
    ax : Axes or two Axes, optional
        Two take pathway and threat apart; one, by default the current one, takes both.

    Returns
    -------
    Sessions
        Each line has one point a session; `pathway` has one more, the beginning.

    Raises
    ------
    ValueError
        If the run has no such person or no session, or was asked for so few times that
        a session holds fewer than two.
    """
    values = _session_values(run, client)
    upper, lower = _two_axes(ax)
    number = values["session"].values
    (pathway,) = upper.plot(
        [0, *number], [values.attrs["pathway_at_start"], *values["pathway"].values],
        color=PALETTE["pathway"], linestyle=LINE_STYLES["pathway"], marker="o", markersize=3.5,
        label="soothing pathway",
    )  # fmt: skip
    red: dict[str, Any] = {"color": PALETTE["threat"], "markersize": 4.5}
    ranges = lower.vlines(
        number, values["lowest"], values["highest"], colors=PALETTE["threat"], alpha=0.25,
        linewidth=3, zorder=1,
    )  # fmt: skip
    (before,) = lower.plot(
        number - ASIDE, values["threat_before"], "o-", linewidth=0.8, label="threat before", **red
    )
    (during,) = lower.plot(
        number, values["threat_during"], "_", markeredgewidth=2.0,
        label="threat during: mean, range", **red | {"markersize": 8},
    )  # fmt: skip
    (after,) = lower.plot(
        number + ASIDE, values["threat_after"], "o", markerfacecolor="white",
        label="threat after", **red,
    )  # fmt: skip
    _label(upper, lower, run)
    return Sessions(pathway, before, during, after, ranges)


def _two_axes(ax: Axes | Sequence[Axes] | None) -> tuple[Axes, Axes]:
    """Return the Axes of the pathway and of threat; they may be the same."""
    if ax is None or isinstance(ax, Axes):
        both = plt.gca() if ax is None else ax
        return both, both
    upper, lower = ax
    return upper, lower


def _label(upper: Axes, lower: Axes, run: xr.Dataset) -> None:
    lower.set_xlabel("session")
    lower.xaxis.set_major_locator(MaxNLocator(integer=True))
    unit = run["pathway"].attrs["units"]
    upper.set_ylabel(axis_label("pathway, threat" if upper is lower else "pathway", unit))
    if upper is not lower:
        lower.set_ylabel(axis_label("threat", run["threat"].attrs["units"]))
    for ax in {upper, lower}:
        ax.set_ylim(bottom=0)


def _session_values(run: xr.Dataset, client: str) -> xr.Dataset:
    """Return pathway and threat of a person, one value a session (numbered from 1)."""
    if "person" not in run.dims or client not in run["person"].values:
        persons = run["person"].values.tolist() if "person" in run.dims else []
        raise ValueError(f"`client` is {client!r}; the persons of this run are {persons}.")
    own = run.sel(person=client)
    spans = _session_spans(run)
    times, threat = own["time"].values, own["threat"].values
    begins, ends = own["phase_begin"].values, own["phase_end"].values
    inside = [(times >= begins[first]) & (times <= ends[last]) for first, last in spans]
    if (fewest := min(mask.sum() for mask in inside)) < 2:
        raise ValueError(
            f"a session of `run` holds {fewest} times; simulate without `times`, or with "
            "times some minutes apart."
        )
    threat_at_end, pathway_at_end = own["threat_at_end"].values, own["pathway_at_end"].values
    arriving = [threat_at_end[i - 1] if i else threat[0] for i, _ in spans]
    first = spans[0][0]
    return xr.Dataset(
        {
            "pathway": ("session", [pathway_at_end[last] for _, last in spans]),
            "threat_before": ("session", arriving),
            "threat_during": ("session", [_mean(threat[mask], times[mask]) for mask in inside]),
            "threat_after": ("session", [threat_at_end[last] for _, last in spans]),
            "lowest": ("session", [threat[mask].min() for mask in inside]),
            "highest": ("session", [threat[mask].max() for mask in inside]),
        },
        coords={"session": np.arange(1, len(spans) + 1)},
        attrs={
            "pathway_at_start": pathway_at_end[first - 1] if first else own["pathway"].values[0]
        },
    )


def _session_spans(run: xr.Dataset) -> list[tuple[int, int]]:
    """Return the first and last phase of each session, the recall included."""
    names = run["phase_name"].values.tolist()
    spans = [
        (index - 1 if index and names[index - 1] == "recall" else index, index)
        for index, name in enumerate(names)
        if name == "session"
    ]
    if not spans:
        raise ValueError(
            f"`run` has no phase named 'session', only {sorted(set(names))}; simulate a "
            "protocol such as weekly_sessions."
        )
    return spans


def _mean(values: np.ndarray, times: np.ndarray) -> float:
    return float(np.trapezoid(values, times) / (times[-1] - times[0]))
