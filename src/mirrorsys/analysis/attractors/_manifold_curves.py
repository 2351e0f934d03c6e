"""One branch of a manifold: a trajectory, followed until it reaches something or leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis._results import Equilibrium
from mirrorsys.analysis.attractors._attractors import (
    Attractor,
    Flow,
    Neighbourhood,
    neighbourhood,
)
from mirrorsys.analysis.attractors._recurrences import settled_on
from mirrorsys.analysis.attractors._settling import LIMIT

__all__ = ["Course", "Path", "course_of", "evenly"]

Array = NDArray[np.float64]
FIRST, GROWTH = 10.0, 1.5  # times 1 over the eigenvalue: how long to look at first; from then on
N_SAMPLES, GAP, MOST_MORE = 1000, 0.004, 50  # of a look; between samples, sides of the box
REFINEMENTS, MOST_SAMPLES, ACROSS, ZOOMS = 4, 20_000, 200, 5
NEAR = 1e-4  # sides of the box: where a curve that is known to end at an equilibrium may stop
AT = 1e-6  # where one that is not may: on the manifold of another saddle, say
ON = 2e-3  # of an attractor that is no equilibrium
MARGIN = 1e-9  # sides of the box: rounding on its faces
LOOKS = 4  # before it is asked what the curve may settle on; then after 8, 16, ...
TURNS = 16  # of a cycle, while the curve comes to it


@dataclass(frozen=True)
class Path:
    """Where a trajectory went.

    Attributes
    ----------
    times : ndarray, shape (n_time,)
        Since the start.
    states : ndarray, shape (n_time, n_state)
    reaches, status : str
    target : int
        The number of an equilibrium, or -1.
    """

    times: Array
    states: Array
    reaches: str
    status: str
    target: int = -1


@dataclass
class Course:
    """What a trajectory can meet on its way.

    Attributes
    ----------
    flow : Flow
    places : ndarray, shape (n_equilibrium, n_state)
    around : list of Neighbourhood or None
        Of each equilibrium, in the sense of time of the flow.
    low, high : ndarray, shape (n_state,)
        The box.
    patience : float or None
    is_reversed : bool
    """

    flow: Flow
    equilibria: tuple[Equilibrium, ...]
    places: Array
    around: list[Neighbourhood | None]
    low: Array
    high: Array
    patience: float | None
    is_reversed: bool
    times: list[Array] = field(default_factory=list)
    states: list[Array] = field(default_factory=list)

    # ---- following ---------------------------------------------------------------------------

    def follow(self, start: Array, rate: float) -> Path:
        """Follow the trajectory from a state near an equilibrium that it leaves at a rate."""
        self.times, self.states = [np.zeros(1)], [start[np.newaxis]]
        if self._is_outside(start[np.newaxis])[0]:
            return self._path("outside", "is outside of the box from the start: not followed")
        slow = self._slowest()
        patience = LIMIT / min(rate, slow) if self.patience is None else self.patience
        passed, window, bound_for = 0.0, FIRST / rate, -1
        look = 0
        while passed < patience:
            look, window = look + 1, min(window, patience - passed)
            if (ended := self._look(window)) is not None:
                return ended
            passed += window
            state = self.states[-1][-1]
            bound_for = self._attracted(state) if bound_for < 0 else bound_for
            is_time_to_ask = bound_for < 0 and look >= LOOKS and look & (look - 1) == 0
            if is_time_to_ask and (ended := self._elsewhere(state, window)) is not None:
                return ended
            if look >= LOOKS:
                window *= GROWTH
        return self._unfinished(bound_for)

    def _look(self, window: float) -> Path | None:
        """Follow for a while; return the whole path if it ended."""
        state, passed = self.states[-1][-1], self.times[-1][-1]
        times, states = self._sampled(state, np.linspace(0.0, window, N_SAMPLES))
        outside, near = self._is_outside(states), self._near(states)
        stops = np.flatnonzero(outside | (near >= 0) | ~np.isfinite(states).all(axis=1))
        if not stops.size:
            self._append(passed + times[1:], states[1:])
            return None
        stop = int(stops[0])
        self._append(passed + times[1:stop], states[1:stop])
        if near[stop] >= 0:
            self._append(passed + times[stop : stop + 1], states[stop : stop + 1])
            return self._arrived(int(near[stop]))
        return self._left(state, passed, times[stop - 1], times[stop])

    def _sampled(self, state: Array, times: Array) -> tuple[Array, Array]:
        """Return samples, more of them where the trajectory is fast."""
        states = self.flow.samples(state, times)
        for _ in range(REFINEMENTS):
            gaps = np.abs(np.diff(states, axis=0) / self.flow.scale).max(axis=1)
            outside = np.flatnonzero(self._is_outside(states) | ~np.isfinite(states).all(axis=1))
            gaps[int(outside[0]) if outside.size else gaps.size :] = 0.0
            more = np.clip(np.ceil(np.nan_to_num(gaps) / GAP), 1, MOST_MORE).astype(int)
            if (more == 1).all() or more.sum() > MOST_SAMPLES:
                break
            parts = [
                np.linspace(a, b, n, endpoint=False)
                for a, b, n in zip(times[:-1], times[1:], more, strict=True)
            ]
            times = np.concatenate([*parts, times[-1:]])
            states = self.flow.samples(state, times)
        return times, states

    def _append(self, times: Array, states: Array) -> None:
        if times.size:
            self.times.append(times)
            self.states.append(states)

    # ---- what it meets -----------------------------------------------------------------------

    def _is_outside(self, states: Array) -> NDArray[np.bool_]:
        margin = MARGIN * self.flow.scale
        with np.errstate(invalid="ignore"):
            out = (states < self.low - margin) | (states > self.high + margin)
        return np.asarray(out.any(axis=1) | self.flow.has_escaped(states))

    def _near(self, states: Array) -> NDArray[np.int64]:
        """Return at which equilibrium each state is, -1 for none."""
        found = np.full(len(states), -1)
        for number, (place, around) in enumerate(zip(self.places, self.around, strict=True)):
            with np.errstate(invalid="ignore"):
                distance = np.abs((states - place) / self.flow.scale).max(axis=1)
            is_there = distance <= AT
            if around is not None:
                is_there |= (distance <= NEAR) & around.holds(states)
            found[is_there & (found < 0)] = number
        return found

    def _attracted(self, state: Array) -> int:
        """Return the equilibrium that must be reached from a state, -1 if none is known."""
        for number, around in enumerate(self.around):
            if around is not None and around.holds(state[np.newaxis])[0]:
                return number
        return -1

    def _slowest(self) -> float:
        """Return the slowest rate at which something is approached; infinite if nothing is."""
        sense = -1.0 if self.is_reversed else 1.0
        rates = [
            -float((sense * each.eigenvalues.real).max())
            for each, around in zip(self.equilibria, self.around, strict=True)
            if around is not None
        ]
        return min(rates, default=np.inf)

    def _elsewhere(self, state: Array, window: float) -> Path | None:
        """Return the whole path if it settles on something that was not known."""
        found = settled_on(self.flow, state, window)
        if isinstance(found, str) or found.kind == "escapes":
            return None
        from scipy.spatial import KDTree  # SciPy is slow to import

        tree = KDTree(found.points / self.flow.scale)
        span, enough = (window, NEAR) if found.kind == "equilibrium" else (found.period, ON)
        for _ in range(TURNS):
            distance, _ = tree.query(self.states[-1][-1] / self.flow.scale)
            # Once more when it is there, so that the whole cycle is seen.
            if (ended := self._look(span if np.isfinite(span) else window)) is not None:
                return ended
            if distance <= enough:
                break
        return self._settled(found)

    def _settled(self, found: Attractor) -> Path:
        if found.kind == "equilibrium":
            place = _in_words(found.state)
            return self._path("equilibrium", f"{self._verb} an equilibrium not known ({place})")
        if found.kind == "cycle":
            return self._path("cycle", f"{self._verb} a cycle of period {found.period:.6g}")
        return self._path("attractor", f"{self._verb} something that recurs and is no cycle")

    def _left(self, state: Array, passed: float, before: float, after: float) -> Path:
        """Return the path up to the face of the box, or to where the integrator failed."""
        for _ in range(ZOOMS):
            times = np.unique(np.concatenate([[0.0], np.linspace(before, after, ACROSS)]))
            states = self.flow.samples(state, times)
            is_over = self._is_outside(states) | ~np.isfinite(states).all(axis=1)
            stop = max(int(is_over.argmax()), 1) if is_over.any() else times.size - 1
            if np.isfinite(states[stop]).all():
                break
            before, after = times[stop - 1], times[stop]  # it may still grow beyond all bounds
        else:
            self._append(passed + times[stop - 1 : stop], states[stop - 1 : stop])
            return self._path("open", "cannot be followed on: the integrator fails")
        margin = MARGIN * self.flow.scale
        last, out = states[stop - 1], states[stop]
        beyond = np.maximum(self.low - margin - out, out - self.high - margin) / self.flow.scale
        if not (beyond > 0).any():
            self._append(passed + times[stop : stop + 1], states[stop : stop + 1])
            return self._path("infinity", f"{self._verb} infinity")
        i = int(beyond.argmax())
        face = self.high[i] if out[i] > self.high[i] else self.low[i]
        share = np.clip((face - last[i]) / (out[i] - last[i]), 0.0, 1.0)
        end = last + share * (out - last)
        end[i] = face
        time = times[stop - 1] + share * (times[stop] - times[stop - 1])
        self._append(np.array([passed + time]), end[np.newaxis])
        where = f"{self.flow.system.state_names[i]}={face:.6g}"
        words = "comes from outside of" if self.is_reversed else "leaves"
        return self._path("outside", f"{words} the box, through {where}")

    # ---- in words ----------------------------------------------------------------------------

    @property
    def _verb(self) -> str:
        return "comes from" if self.is_reversed else "goes to"

    def _arrived(self, number: int) -> Path:
        return self._path("equilibrium", f"{self._verb} {self._named(number)}", number)

    def _named(self, number: int) -> str:
        point = self.equilibria[number]
        return f"the {point.stability} ({_in_words(point.state)})"

    def _unfinished(self, bound_for: int) -> Path:
        if bound_for >= 0:
            words = f"{self._verb} {self._named(bound_for)}, which is not reached in time"
            return self._path("equilibrium", words, bound_for)
        return self._path("open", "reaches nothing within `duration`")

    def _path(self, reaches: str, status: str, target: int = -1) -> Path:
        return Path(
            np.concatenate(self.times), np.concatenate(self.states), reaches, status, target
        )


def _in_words(state: Mapping[str, float]) -> str:
    return ", ".join(f"{name}={value:.4g}" for name, value in state.items())


def course_of(
    flow: Flow,
    known: Sequence[Equilibrium],
    sides: Mapping[str, tuple[float, float]],
    patience: float | None,
    *,
    is_reversed: bool,
) -> Course:
    """Return what a trajectory of a flow can meet."""
    low, high = np.array(list(sides.values()), dtype=float).T
    places = np.array([list(each.state.values()) for each in known]).reshape(-1, low.size)
    sense = -1.0 if is_reversed else 1.0
    around = [
        neighbourhood(flow, each) if (sense * each.eigenvalues.real < 0).all() else None
        for each in known
    ]
    return Course(flow, tuple(known), places, around, low, high, patience, is_reversed)


def evenly(flow: Flow, path: Path, n_points: int) -> Path:
    """Return a path with points evenly spaced along it, the first and the last kept."""
    steps = np.linalg.norm(np.diff(path.states, axis=0) / flow.scale, axis=1)
    length = np.concatenate([[0.0], np.cumsum(steps)])
    times = np.interp(np.linspace(0.0, length[-1], n_points), length, path.times)
    between = np.array([np.interp(times, path.times, each) for each in path.states.T]).T
    states = flow.samples(path.states[0], times) if times[-1] > 0 else between
    # The last point lies on the face of the box, which the trajectory may miss by rounding.
    states[[0, -1]] = path.states[[0, -1]]
    return replace(path, times=times, states=np.where(np.isfinite(states), states, between))
