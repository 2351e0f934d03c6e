"""One session: the therapist feels it, soothes himself, and the client calms down.

System S7: what happens between a mother and her infant, consciously, in the first session of
compassion-focused therapy. For ten minutes the client calls up something painful; then
both stay with it. Five events follow each other:

1. the client's red rises;
2. the therapist's red rises with it: felt, not kept at a distance;
3. the therapist's green answers his own red;
4. the client's green rises, because it mirrors his;
5. the client's red falls, once the memory is left.

A rise is counted when it is half done, from the start of the session to the peak; the
fall when it is half done, from the peak to the lowest point after it. Threat wells up once
more within the hour: a first session does not heal.

The last row takes one link of the chain away at a time: nobody is there, the therapist does
not mirror (his mu = 0), he has no tenderness toward himself (his kappa = 0), the client is
blind to soothing (nu = 0). All parameter values are assumed.
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
DAY = 1440.0  # minutes of everyday life before the session, for both to settle
FIRST = 4.5  # minutes shown enlarged
STAY = slice(15, 50)  # minutes of the session over which threat is compared
CONTROLS = {
    "nobody_there": ("nobody there", {}, 0.0),
    "no_mirroring": ("therapist does not mirror", {"therapist.mu": 0.0}, 1.0),
    "no_tenderness": ("therapist untender to himself", {"therapist.kappa": 0.0}, 1.0),
    "blind_client": ("client blind to soothing", {"client.nu": 0.0}, 1.0),
}
LINES = ("-", (0, (5, 2)), (0, (1, 1)), (0, (5, 1, 1, 1)))
EVENTS = (
    ("client", "threat", "rises"),
    ("therapist", "threat", "rises"),
    ("therapist", "soothing", "rises"),
    ("client", "soothing", "rises"),
    ("client", "threat", "falls"),
)


def compute() -> xr.DataTree:
    return xr.DataTree.from_dict(
        {
            "session": first_session(),
            **{name: first_session(cut, contact) for name, (_, cut, contact) in CONTROLS.items()},
        }
    )


def first_session(params: dict[str, float] | None = None, contact: float = 1.0) -> xr.Dataset:
    """Return a first session; its time starts with the session."""
    before = ms.protocols.everyday_life(DAY / 1440, name="before")
    run = ms.simulate(
        DYAD,
        protocol=before + ms.protocols.session(contact=contact),
        params=params,
        times=DAY + np.arange(-5, 50.005, 0.01),
    )
    return ms.plot.since(run, DAY)


def event_times(run: xr.Dataset) -> list[float]:
    """Return when each of the events is half done, in minutes of the session."""
    return [half_done(run[state].sel(person=person), how) for person, state, how in EVENTS]


def half_done(course: xr.DataArray, how: str) -> float:
    """Return when a curve has first gone half its way up to its peak, or down from there."""
    course = course.sel(time=slice(0, None))
    peak = course.idxmax("time")
    if how == "rises":
        passed = course >= (course[0] + course.max()) / 2
    else:
        later = course.sel(time=slice(peak, None))
        passed = (course.time > peak) & (course <= (later.min() + course.max()) / 2)
    return float(passed.idxmax("time"))


def draw(data: xr.DataTree) -> plt.Figure:
    run = data["session"].to_dataset()
    times = event_times(run)
    figure = plt.figure(figsize=(9.2, 7.0))
    grid = figure.add_gridspec(3, 3, width_ratios=[1, 2, 1.1], height_ratios=[1, 1, 1.1])
    for row, person in enumerate(("client", "therapist")):
        start, whole = (figure.add_subplot(grid[row, column]) for column in (0, 1))
        for ax, limits in ((start, (-0.5, FIRST)), (whole, (-3, 50))):
            ms.plot.phases(run, ["recall"], written=limits[1] > FIRST, ax=ax)
            lines = ms.plot.timecourse(run, person=person, ax=ax).lines
            ax.set(xlim=limits, ylim=(0, 0.9), xlabel="")
        number_events(start, run, person, [t if t <= FIRST else None for t in times])
        number_events(whole, run, person, [t if t > FIRST else None for t in times])
        start.set_title(f"The {person} at first")
        whole.set(title=f"The {person}, the whole hour", ylabel="")
    whole.set_xlabel("time (min)")
    start.set_xlabel("time (min)")
    beside = figure.add_subplot(grid[:2, 2])
    beside.axis("off")
    beside.legend(handles=lines, loc="upper left")
    beside.text(0.05, 0.75, in_words(times), va="top", linespacing=1.6)
    below = figure.add_subplot(grid[2, :2])
    draw_controls(below, data)
    beside = figure.add_subplot(grid[2, 2])
    beside.axis("off")
    beside.legend(
        handles=below.lines, loc="center left", title=f"mean of minutes {STAY.start}–{STAY.stop}"
    )
    figure.suptitle(finding(data))
    return figure


def in_words(times: list[float]) -> str:
    """Say which event has which number, and when it was half done."""
    colour = {"threat": "red", "soothing": "green"}
    events = (
        f"{number}  {person}'s {colour[state]} {how}\n    minute {time:.1f}"
        for number, ((person, state, how), time) in enumerate(
            zip(EVENTS, times, strict=True), start=1
        )
    )
    return "\n".join(["half done:", *events])


def number_events(ax: plt.Axes, run: xr.Dataset, person: str, times: list[float | None]) -> None:
    """Write the number of each event of a person on the curve, where a time is given."""
    for number, ((whose, state, _), time) in enumerate(zip(EVENTS, times, strict=True), start=1):
        if whose == person and time is not None:
            value = float(run[state].sel(person=person).sel(time=time, method="nearest"))
            ax.text(
                time, value, str(number), ha="center", va="center", size=8, color="white",
                bbox={"boxstyle": "circle,pad=0.2", "color": ms.plot.PALETTE[state]},
            )  # fmt: skip


def draw_controls(ax: plt.Axes, data: xr.DataTree) -> None:
    """Draw the client's threat in the session and with one link of the chain missing."""
    for (name, (label, _, _)), line in zip(CONTROLS.items(), LINES, strict=True):
        ms.plot.timecourse(
            data[name].to_dataset(), "threat", person="client", ax=ax,
            color="0.35", linestyle=line, linewidth=0.9, label=f"{label}: {stay(data[name]):.2f}",
        )  # fmt: skip
    run = data["session"].to_dataset()
    ms.plot.timecourse(run, "threat", person="client", ax=ax, linewidth=2.2,
                       label=f"the whole chain: {stay(data['session']):.2f}")  # fmt: skip
    ms.plot.phases(run, ["recall"], ax=ax)
    late = run["threat"].sel(person="client", time=STAY)
    ax.text(
        float(late.idxmax()) - 3, float(late.max()) - 0.1, "threat wells up once more",
        ha="right", size=8, color=ms.plot.PALETTE["threat"],
    )  # fmt: skip
    ax.set(
        xlim=(-3, 50),
        ylim=(0, 0.85),
        title="The client's threat with one link of the chain missing",
    )


def stay(node: xr.DataTree) -> float:
    """Return the client's mean threat while both stay with what was called up."""
    return float(node["threat"].sel(person="client", time=STAY).mean())


def finding(data: xr.DataTree) -> str:
    """Say whether the events came in order, and how the session compares with the controls."""
    times = event_times(data["session"].to_dataset())
    in_order = times == sorted(times) and len(set(times)) == len(times)
    best = min(stay(data[name]) for name in CONTROLS)
    return (
        f"First session: the five events come {'' if in_order else 'not '}one after the other;\n"
        f"staying with it, the client's threat is {stay(data['session']):.2f} on average, and "
        f"{best:.2f} or more with a link missing"
    )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "one_session.png")
