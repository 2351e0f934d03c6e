"""A course of therapy moving through the client's bifurcation diagram.

System S8. The curve shows where the lone client can rest, depending on the strength of the
pathway: solid where the equilibrium is stable, dashed where it is not, with folds (F), at which
two equilibria meet and vanish, and Hopf points (H), at which one loses its stability to an
oscillation. The dot is the client. Alone (filled) he stays on the curve and hardly moves, since
the pathway changes in sessions only. In a session (open) he is in another world: the memory
drives threat up, the therapist soothes, and the pathway grows, to the right. Then he is alone
again and falls back onto the curve: at first to the chronic state, a little further to the right
each time. Once he is past the point at which it can hold, the way back leads down.

The figure shows six moments. For the animation, run this script with the name of a file:
``python course_animation.py course.gif``. All parameter values are assumed.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

CLIENT = ms.models.client()
ALONE = CLIENT.freeze(pathway=0.1, signal=1.0)  # everything that is fast, at a given pathway
LIFE = {"stressor": ms.protocols.LEVELS["client_life"]}
PATHWAYS = (0.05, 0.56)  # drawn
CALM = 0.2  # threat alone below this is called calm
WORDS = {
    "before": "before", "recall": "in session", "session": "in session",
    "between": "alone after session",
}  # fmt: skip
LOOK = {"person": "client", "alone": ("before", "between"), "words": WORDS}
IN_SESSION = 25.0  # minutes after the recall: the moment shown of a session


def compute(n_sessions: int = 20) -> xr.DataTree:
    """Return the course of the client, and the equilibria of the client alone."""
    dyad = ms.models.dyad(CLIENT, ms.models.therapist())
    course = ms.simulate(dyad, protocol=ms.protocols.weekly_sessions(n_sessions))
    found = ms.bifurcation.equilibrium_branches(ALONE, "pathway", PATHWAYS, params=LIFE)
    return xr.DataTree.from_dict({"course": course, "branches": found.to_dataset()})


def turning_point(course: xr.Dataset) -> int:
    """Return the first session after which the client, alone, is calm for good; 0 if none."""
    weeks = ms.plot.phase_ends(course, "threat", ("before", "between"), person="client")
    tense = np.flatnonzero(weeks.values >= CALM)
    return int(tense[-1]) + 1 if tense.size and tense[-1] + 1 < weeks.size else 0


def moments(course: xr.Dataset) -> list[float]:
    """Return when the six pictures are taken: around the first session, the turn, and the end."""
    names = course["phase_name"].values.astype(str)
    begins, ends = course["phase_begin"].values, course["phase_end"].values
    sessions, weeks = np.flatnonzero(names == "session"), np.flatnonzero(names == "between")
    turn = max(turning_point(course), 1) - 1
    before = ends[weeks[turn - 1]] if turn else begins[sessions[0] - 1]
    return [
        float(each)
        for each in (
            begins[sessions[0] - 1], begins[sessions[0]] + IN_SESSION, before,
            begins[sessions[turn]] + IN_SESSION, ends[weeks[turn]], ends[-1],
        )
    ]  # fmt: skip


def draw(data: xr.DataTree) -> plt.Figure:
    course, branches = data["course"].to_dataset(), data["branches"].to_dataset()
    figure, axes = plt.subplots(2, 3, figsize=(11.2, 6.2), sharex=True, sharey=True)
    for ax, moment in zip(axes.flat, moments(course), strict=True):
        frame = ms.plot.course_frame(
            course, branches, time=moment, labels=ax is axes[0, 0], ax=ax, **LOOK
        )
        ax.set_title(frame.clock.get_text().capitalize())
        frame.clock.remove()
        ax.label_outer()
    figure.suptitle(in_words(data), x=0.01, ha="left")
    return figure


def in_words(data: xr.DataTree) -> str:
    """Say what the course did to the client, and where the chronic state ends."""
    course, branches = data["course"].to_dataset(), data["branches"].to_dataset()
    turn = turning_point(course)
    if not turn:
        return "The client is still in the chronic state when the course ends"
    pathway, threat = (
        ms.plot.phase_ends(course, state, ("before", "between"), person="client")
        for state in ("pathway", "threat")
    )
    kinds, values = branches["special_kind"].values, branches["special_parameter"].values
    edge = values[kinds == "hopf"].max()
    low, high = (float(threat.sel(session=turn + step)) for step in (0, -1))
    return (
        f"{turn - 1} sessions lead along the chronic state, session {turn} past its end: the way "
        f"back is lost, and the client comes down from {high:.2f} to {low:.2f}.\n"
        f"Chronic threat is stable up to a pathway of {edge:.3f}; the client has "
        f"{float(pathway.sel(session=turn - 1)):.3f} before this session and "
        f"{float(pathway.sel(session=turn)):.3f} after it"
    )


def animate(data: xr.DataTree, path: str) -> None:
    """Save the course as an animation."""
    course, branches = data["course"].to_dataset(), data["branches"].to_dataset()
    figure, ax = plt.subplots(figsize=(6.0, 4.4))
    ax.set_title("A course of therapy in the lone client's bifurcation diagram")
    ms.plot.save_animation(ms.plot.animate_course(course, branches, ax=ax, **LOOK), path)
    plt.close(figure)


if __name__ == "__main__":
    with ms.plot.style():
        if len(sys.argv) > 1:
            animate(compute(), sys.argv[1])
        else:
            ms.plot.save_figure(draw(compute()), "course_animation.png")
