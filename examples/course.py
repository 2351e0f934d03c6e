"""A course of therapy: the pathway grows session by session until the chronic state cannot hold.

System S8, the key figure. The client comes in a high-threat state that is stable: thrown
out of it by a session, he is back within hours. Each session strengthens the pathway by
which his own threat recruits his own soothing. The right-hand side shows where a client
can rest when alone, depending on that pathway: a chronic state, a calm one, and between
them a threshold that separates the two. Boundaries are computed, not typed: where two
equilibria meet and vanish (a fold), and where one loses its stability without vanishing (a
Hopf bifurcation).

How the client left the chronic state is decided from these boundaries. If it was gone, or no longer
stable, at the pathway with which he went home, he left by a bifurcation. If it was
still stable, a session had thrown him into the basin of the calm one. As a check, the client
is put back into the state in which he came to that session, with the pathway with which
he left it, and has to find the way out alone.

In the model improvement is not spread evenly over the weeks, but comes with one session. In
people about 40 % of patients show such a sudden gain (Tang & DeRubeis 1999). All
parameter values are assumed.
"""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

CLIENT = ms.models.client()
LIFE = {"stressor": ms.protocols.LEVELS["client_life"]}
ALONE = CLIENT.freeze(pathway=0.1, signal=1.0)  # everything that is fast, at a given pathway
PLACES = ("calm", "threshold", "chronic")  # the parts of the curve of equilibria
CHANGES = {  # as the pathway grows
    "calm fold": "calm state appears, unstable",
    "calm Hopf": "calm state becomes stable",
    "chronic Hopf": "chronic state loses its stability",
    "chronic fold": "chronic state vanishes",
}
ASIDE = {  # where the words stand beside their point
    "calm fold": ((-7, 0), "right", "center"),
    "calm Hopf": ((-6, -14), "left", "top"),
    "chronic Hopf": ((9, 0), "left", "center"),
    "chronic fold": ((9, 0), "left", "center"),
}
PATHWAYS = (0.05, 0.6)  # drawn
CALM = 0.2  # threat alone below this is called calm
WEEK = 7 * 1440.0  # minutes
HALVINGS = 14  # of an interval of threat in which stability changes


def compute(n_sessions: int = 20, n_points: int = 50) -> xr.DataTree:
    """Return the course, the equilibria over the pathway with their boundaries, and the check."""
    dyad = ms.models.dyad(CLIENT, ms.models.therapist())
    course = ms.simulate(dyad, protocol=ms.protocols.weekly_sessions(n_sessions))
    curve = ms.symbolic.branch(ALONE, "pathway", params=LIFE)
    places = resting_places(curve, n_points)
    found = boundaries(curve, places)
    groups = {"course": course, "places": places, "boundaries": found}
    if (session := session_of_leaving(course)) is not None:
        groups |= {
            "leaving": leaving(course, session, found),
            "put_back": put_back(course, session),
        }
    return xr.DataTree.from_dict(groups)


def resting_places(curve: ms.symbolic.Branch, n_points: int) -> xr.Dataset:
    """Return pathway and stability along the curve of equilibria, divided at its folds."""
    ends = [0.0, *(fold.state["threat"] for fold in curve.folds()), 1.0]
    threat = np.array([np.linspace(*pair, n_points + 1)[1:] for pair in pairwise(ends)])
    pathway = curve.at(threat)["pathway"]
    pathway[(pathway < PATHWAYS[0]) | (pathway > PATHWAYS[1])] = np.nan
    stable = [
        [is_stable(*point) for point in zip(*row, strict=True)]
        for row in zip(threat, pathway, strict=True)
    ]
    return xr.Dataset(
        {
            "threat": (("place", "point"), threat, {"units": "1"}),
            "pathway": (("place", "point"), pathway, {"units": "1"}),
            "is_stable": (("place", "point"), np.array(stable, dtype=np.int8)),
        },
        coords={"place": list(PLACES)},
    )


def is_stable(threat: float, pathway: float) -> bool:
    """Return whether the equilibrium at this threat and pathway is stable; False if not drawn."""
    if np.isnan(pathway):
        return False
    known = ms.equilibria(ALONE, {**LIFE, "pathway": float(pathway)})
    return min(known, key=lambda each: abs(each.state["threat"] - threat)).is_stable


def boundaries(curve: ms.symbolic.Branch, places: xr.Dataset) -> xr.Dataset:
    """Return where the calm and the chronic state begin or cease to exist and to be stable."""
    found = []
    for place, fold in zip(("calm", "chronic"), curve.folds(), strict=True):
        found.append((f"{place} fold", fold.parameter, fold.state["threat"]))
        row = places.sel(place=place)
        row = row.isel(point=np.flatnonzero(row["pathway"].notnull()))
        # No fold in between, so no eigenvalue passes through zero: a pair of them crosses
        # the imaginary axis.
        for index in np.flatnonzero(np.diff(row["is_stable"])):
            threat = change_of_stability(curve, *row["threat"].values[index : index + 2])
            found.append((f"{place} Hopf", float(curve.at(threat)["pathway"]), threat))
    names, pathway, threat = zip(*sorted(found, key=lambda each: each[1]), strict=True)
    return xr.Dataset(
        {"pathway": ("boundary", list(pathway)), "threat": ("boundary", list(threat))},
        coords={"boundary": list(names)},
    )


def change_of_stability(curve: ms.symbolic.Branch, low: float, high: float) -> float:
    """Return the threat between `low` and `high` at which stability changes, by halving."""
    at_low = is_stable(low, float(curve.at(low)["pathway"]))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if is_stable(middle, float(curve.at(middle)["pathway"])) == at_low:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def session_of_leaving(course: xr.Dataset) -> int | None:
    """Return the first session after which the client, alone, is calm for good."""
    weeks = ms.plot.phase_ends(course, "threat", ("before", "between"), person="client")
    last_tense = int(np.flatnonzero(weeks.values >= CALM).max(initial=-1))
    return last_tense + 1 if 0 <= last_tense < weeks.size - 1 else None


def leaving(course: xr.Dataset, session: int, found: xr.Dataset) -> xr.Dataset:
    """Return a session's pathway before and after it, and what became of the chronic state."""
    weeks, sessions = (
        ms.plot.phase_ends(course, "pathway", ("before", phase), person="client").sel(session=when)
        for phase, when in (("between", session - 1), ("session", session))
    )
    lowest = float(found["threat"].sel(boundary="chronic fold"))
    known = ms.equilibria(ALONE, {**LIFE, "pathway": float(sessions)})
    chronic = [each for each in known if each.state["threat"] > lowest]
    return xr.Dataset(
        {
            "session": session,
            "pathway_before": float(weeks),
            "pathway_after": float(sessions),
            "chronic_exists": int(bool(chronic)),
            "chronic_is_stable": int(any(each.is_stable for each in chronic)),
        }
    )


def put_back(course: xr.Dataset, session: int) -> xr.Dataset:
    """Return a week alone with the pathway after a session, from the state before it."""
    after = int(np.flatnonzero(course["phase_name"] == "session")[session - 1])
    client = course.sel(person="client")
    came = {state: float(client[f"{state}_at_end"][after - 2]) for state in CLIENT.state_names}
    return ms.simulate(
        CLIENT,
        protocol=ms.protocols.constant(WEEK, **LIFE),
        initial=came | {"pathway": float(client["pathway_at_end"][after])},
        events={"calm": f"threat < {CALM}"},
    )


def draw(data: xr.DataTree) -> plt.Figure:
    course, found = data["course"].to_dataset(), data["boundaries"].to_dataset()
    figure = plt.figure(figsize=(10.4, 6.6))
    grid = figure.add_gridspec(2, 2, width_ratios=[1.1, 1])
    upper = figure.add_subplot(grid[0, 0])
    lower = figure.add_subplot(grid[1, 0], sharex=upper)
    ms.plot.sessions(course, ax=(upper, lower))
    upper.set(title="The pathway, session by session", ylim=PATHWAYS)
    lower.set(title="Threat before, during and after each session", ylim=(0, 1))
    lower.legend(loc="upper center", ncols=3, columnspacing=1.2)
    for name, pathway in zip(found["boundary"].values, found["pathway"].values, strict=True):
        upper.axhline(pathway, color="0.5", linewidth=0.8, zorder=0)
        above = name.startswith("chronic")
        upper.annotate(
            f"{CHANGES[str(name)]}: {pathway:.3f}", (course.sizes["phase"] // 3, pathway),
            (0, 2 if above else -2), textcoords="offset points", ha="right",
            va="bottom" if above else "top", size=7, color="0.3",
        )  # fmt: skip
    draw_places(figure.add_subplot(grid[:, 1]), data)
    figure.suptitle(in_words(data), x=0.01, ha="left")
    return figure


def draw_places(ax: plt.Axes, data: xr.DataTree) -> None:
    """Draw the equilibria of the lone client over the pathway, and the course's weeks on them."""
    places, found = data["places"].to_dataset(), data["boundaries"].to_dataset()
    for stable, line, label in (
        (1, "-", "stable equilibrium"),
        (0, (0, (4, 2)), "unstable equilibrium"),
    ):
        for place in PLACES:
            row = places.sel(place=place)
            threat = row["threat"].where(row["is_stable"] == stable)
            ax.plot(row["pathway"], threat, color="black", linestyle=line, linewidth=1.2,
                    label=label if place == PLACES[0] else None)  # fmt: skip
    ax.plot(found["pathway"], found["threat"], "D", color="0.5", markersize=5, label="boundary")
    for name in found["boundary"].values.astype(str):
        here, words = found.sel(boundary=name), CHANGES[name].replace(", ", ",\n")
        offset, ha, va = ASIDE[name]
        ax.annotate(
            f"{words}\n({name.split()[1]}, pathway {float(here['pathway']):.3f})",
            (float(here["pathway"]), float(here["threat"])), offset,
            textcoords="offset points", size=7.5, ha=ha, va=va,
        )  # fmt: skip
    course = data["course"].to_dataset()
    pathway, threat = (
        ms.plot.phase_ends(course, state, ("before", "between"), person="client")
        for state in ("pathway", "threat")
    )
    ax.plot(
        pathway, threat, "o-", color=ms.plot.PALETTE["threat"], markersize=4.5, linewidth=0.8,
        label="the client, just before each session",
    )  # fmt: skip
    ax.set(
        xlabel="pathway (dimensionless)", ylabel="threat alone (dimensionless)",
        xlim=PATHWAYS, ylim=(0, 0.7), title="Where the client alone can rest",
    )  # fmt: skip
    ax.legend(loc="upper right")


def in_words(data: xr.DataTree) -> str:
    """Say when and how the client left the chronic state."""
    course = data["course"].to_dataset()
    weeks = ms.plot.phase_ends(course, "threat", ("before", "between"), person="client")
    if "leaving" not in data.children:
        return f"The client is still in the chronic state after {int(weeks.session[-1])} sessions."
    left = {name: value.item() for name, value in data["leaving"].data_vars.items()}
    edges = data["boundaries"]["pathway"].to_series()
    threat = [float(weeks.sel(session=left["session"] + step)) for step in (-1, 0)]
    how = {
        (0, 0): f"past the fold at {edges['chronic fold']:.3f} in which the chronic state vanishes",
        (1, 0): f"past {edges.get('chronic Hopf', np.nan):.3f} where the chronic state loses its "
        f"stability (its fold: {edges['chronic fold']:.3f})",
        (1, 1): "where the chronic state is still stable; the session ends in the other basin",
    }[left["chronic_exists"], left["chronic_is_stable"]]
    alone = data["put_back"].to_dataset()
    out = float(alone["threat"][-1]) < CALM
    check = f"is calm after {float(alone['event_time'][-1]):.0f} minutes" if out else "stays in it"
    return (
        f"Session {left['session']} is the turning point: threat alone falls from {threat[0]:.2f} "
        f"to {threat[1]:.2f} and stays down.\n"
        f"{'Thrown out' if left['chronic_is_stable'] else 'By a bifurcation'}: it lifts the "
        f"pathway from {left['pathway_before']:.3f} to {left['pathway_after']:.3f}, {how}.\n"
        f"Check: put back into the state he came in, with the new pathway, the client {check}."
    )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "course.png")
