"""The answered cry: five events in a strict order.

System S4. An infant is upset for five minutes and a good-enough carer comes. Each event is
the moment at which a quantity first passes half of its way from rest to its peak:

1. the infant's red rises;
2. the carer's red rises with it: first she takes on the suffering;
3. the carer's green answers her own red;
4. the infant's green rises, because it mirrors hers;
5. the infant's red falls.

The bottom row shows the carer's face. What she shows is not what she feels: her expressed
distress is her threat times (1 - soothing), so that it softens as her green rises, while
her red is still there. Nobody puts the order in by hand; it follows from the equations, and
each coupling that is cut loses the next event. All parameter values are assumed.
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

DYAD = ms.models.dyad(ms.models.infant(), ms.models.carer())
CRY = ms.protocols.crying_episodes(1)
EVENTS = (
    ("infant", "threat", "rising", "infant's red rises"),
    ("carer", "threat", "rising", "carer's red rises"),
    ("carer", "soothing", "rising", "carer's green rises"),
    ("infant", "soothing", "rising", "infant's green rises"),
    ("infant", "threat", "falling", "infant's red falls"),
)
ZOOM, END = 4.0, 40.0  # minutes


def compute() -> xr.DataTree:
    """Return one answered episode with the five events as events of the run."""
    scout = ms.simulate(DYAD, protocol=CRY)
    events = {
        label: ms.Event(f"{person}.{quantity}", half_excursion(scout, person, quantity), direction)
        for person, quantity, direction, label in EVENTS
    }
    times = np.linspace(0, 120, 6001)
    run = ms.simulate(DYAD, protocol=CRY, times=times, events=events)
    return xr.DataTree.from_dict({"/episode": run})


def half_excursion(run: xr.Dataset, person: str, quantity: str) -> float:
    """Return the level half-way from the start to the peak within an episode."""
    course = run[quantity].sel(person=person)
    return float((course[0] + course.max()) / 2)


def order_of_events(run: xr.Dataset) -> list[tuple[str, float]]:
    """Return name and time of the first crossing of each event, in order of time."""
    names, times = run["event_name"].values, run["event_time"].values
    found = {str(name): float(times[names == name].min()) for name in np.unique(names)}
    return sorted(found.items(), key=lambda item: item[1])


def draw(data: xr.DataTree) -> plt.Figure:
    """Draw both partners and the carer's face: the first minutes enlarged, then the rest."""
    run = data["episode"].to_dataset()
    figure, axes = plt.subplots(
        3, 2, figsize=(9, 7.5), sharey="row", sharex="col", width_ratios=(1.25, 1)
    )
    for row, (person, quantities) in enumerate(
        (
            ("infant", ("threat", "soothing")),
            ("carer", ("threat", "soothing")),
            ("carer", ("threat", "expressed_distress")),
        )
    ):
        for ax, span in zip(axes[row], (slice(0, ZOOM), slice(ZOOM, END)), strict=True):
            part = run.sel(time=span)
            ms.plot.phases(part, ["upset"], facecolor=ms.plot.PALETTE["upset"], ax=ax)
            ms.plot.timecourse(part, quantities, person=person, ax=ax)
            ax.margins(x=0)
            if row < 2:
                ax.set_xlabel("")
    order = order_of_events(run)
    mark_events(axes, run, order)
    for row, top in enumerate((1.0, 0.65, 0.5)):
        axes[row, 0].set_ylim(-0.02, top)
        axes[row, 1].set_ylabel("")
        axes[row, 1].legend(loc="upper right")
    axes[0, 0].set_title(f"Infant: the first {ZOOM:g} minutes (upset until minute 5) ...")
    axes[0, 1].set_title("... and until it is calm")
    axes[1, 0].set_title("Carer: feels it first, then soothes herself")
    axes[2, 0].set_title("Carer's face: softer than what she feels")
    listing = "\n".join(f"{i}  {name}, {time:.1f} min" for i, (name, time) in enumerate(order, 1))
    axes[0, 1].text(0.46, 0.66, listing, transform=axes[0, 1].transAxes, va="top", size=8)
    return figure


def mark_events(axes: np.ndarray, run: xr.Dataset, order: list[tuple[str, float]]) -> None:
    """Put the numbers of the events on the curves, and their times as thin lines in all rows."""
    place = {label: (0 if person == "infant" else 1, quantity, person)
             for person, quantity, _, label in EVENTS}  # fmt: skip
    for number, (name, time) in enumerate(order, 1):
        row, quantity, person = place[name]
        column = 0 if time < ZOOM else 1
        level = float(run[quantity].sel(person=person).interp(time=time))
        for ax in axes[:, column]:
            ax.axvline(time, color="0.6", linewidth=0.7, linestyle=":", zorder=0.5)
        axes[row, column].plot(
            time, level, "o", markersize=12, markerfacecolor="white", zorder=4,
            markeredgecolor=ms.plot.PALETTE[quantity], label="_event",
        )  # fmt: skip
        axes[row, column].annotate(
            str(number), (time, level), ha="center", va="center_baseline", size=8, zorder=5
        )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "answered_cry.png")
