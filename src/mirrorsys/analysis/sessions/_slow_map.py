"""SessionMap: what one pass through a protocol makes of the slow states."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from mirrorsys._system import System
from mirrorsys._values import as_number, start_value
from mirrorsys.analysis.sessions._map_points import box_of, fixed_points_of, section_of, slopes
from mirrorsys.analysis.sessions._passes import (
    ends_of,
    inside,
    settling,
    with_slow_frozen,
    within_ranges,
)
from mirrorsys.flow._dataset import toml_of, versions
from mirrorsys.protocols import Protocol, protocol_to_dict
from mirrorsys.protocols._words import check_count

__all__ = ["SessionMap"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SessionMap:
    """What one pass through a protocol makes of the slow states; see `session_map`.

    Attributes
    ----------
    system : System
        What was asked about.
    protocol : Protocol
        One pass: for example one session and the gap after it.
    slow : tuple of str
        Full names of the slow states, axis 0 of all arrays of them.
    kind : {"full", "averaged", "quadrature"}
        How the slow states are moved: by the equations themselves, by their linear equations
        along the frozen fast path, or by a rate taken at their frozen values.
    model : System
        What is integrated: `system`, or the averaged system made of it.
    held : tuple of str
        The parameters of `model` that hold the slow states frozen, in their order; none if full.
    params, initial : mapping of str to float
        The value of every parameter and input at rest, and where every state starts.
    settle, engine, rtol, atol
        As in `session_map`.
    """

    system: System
    protocol: Protocol
    slow: tuple[str, ...]
    kind: str = "full"
    model: System
    held: tuple[str, ...] = ()
    params: Mapping[str, float] = field(repr=False)
    initial: Mapping[str, float] = field(repr=False)
    settle: float
    engine: str = "auto"
    rtol: float = 1e-10
    atol: float = 1e-12

    def __call__(self, slow_values: ArrayLike) -> Array:
        """Return the slow states after a pass that the fast ones begin at rest.

        Parameters
        ----------
        slow_values : array_like, shape (n_slow, ...)
            Any further axes are members, integrated side by side.

        Returns
        -------
        array, the same shape
            Not a number where an integration failed.

        Raises
        ------
        ValueError
            If the first axis is not that of `slow`, or a value is outside its range.
        """
        values = self._checked(slow_values)
        after = self.through(self.at_rest(values))[self._rows]
        return after.reshape(values.shape)

    def at_rest(self, slow_values: ArrayLike, protocols: Sequence[Protocol] | None = None) -> Array:
        """Return all states at the beginning of a pass, the fast ones where a gap leaves them.

        They start from `initial` and follow the last phase of the protocol for the time
        `settle`, while the slow states are held. Where they can rest in two ways, chronic and
        calm, `initial` decides which is reached.

        Parameters
        ----------
        slow_values : array_like, shape (n_slow, ...)
        protocols : sequence of Protocol, optional
            Another pass for each member, as in `through`.

        Returns
        -------
        array, shape (n_state, n_member)
        """
        columns = self._checked(slow_values).reshape(len(self.slow), -1)
        states = np.array([np.full(columns.shape[1], each) for each in self.initial.values()])
        states[self._rows] = columns
        fast = [i for i in range(len(states)) if i not in self._rows]
        if fast:
            names = [self.system.state_names[i] for i in fast]
            members = dict(zip(self.slow, columns, strict=True))
            members |= {name: states[i] for name, i in zip(names, fast, strict=True)}
            gaps = [settling(each, self.settle) for each in protocols or [self.protocol]]
            frozen = with_slow_frozen(self.system, self.slow)
            states[fast] = ends_of(self, frozen, members, gaps if protocols else gaps[0], names)
        return states

    def through(self, states: Array, protocols: Sequence[Protocol] | None = None) -> Array:
        """Return all states after a pass.

        Parameters
        ----------
        states : array, shape (n_state, n_member)
        protocols : sequence of Protocol, optional
            Another pass for each member, with the same names of phases.
        """
        names = self.system.state_names
        members = {n: inside(self.system, n, row) for n, row in zip(names, states, strict=True)}
        members |= {held: members[name] for held, name in zip(self.held, self.slow, strict=False)}
        return ends_of(self, self.model, members, protocols or self.protocol, names)

    @property
    def _rows(self) -> list[int]:
        return [self.system.state_names.index(name) for name in self.slow]

    def _checked(self, given: ArrayLike) -> Array:
        values = np.asarray(given, dtype=float)
        if values.ndim == 0 or values.shape[0] != len(self.slow):
            raise ValueError(
                f"`slow_values` has shape {values.shape}; give one row for each slow state, "
                f"{list(self.slow)}."
            )
        return values

    # ---- what it does ------------------------------------------------------------------------

    def iterate(self, start: Mapping[str, float] | None = None, n: int = 20) -> xr.Dataset:
        """Pass `n` times, each time from where the last pass left all states, fast ones too.

        Parameters
        ----------
        start : mapping of str to float, optional
            States that begin elsewhere than in `initial`. If a fast one is among them,
            all begin as given; otherwise at rest, as `at_rest` says. A row of an earlier
            result will do: ``run.isel(passes=-1)``.
        n : int

        Returns
        -------
        xarray.Dataset
            All states by full name, over `passes` from 0 to `n`. The attribute `status` says
            whether all could be computed; after a failure states are not numbers.

        Raises
        ------
        ValueError
            If a name is unknown or a value outside its range.
        """
        check_count(n, "n", least=0)
        rows = [self.begin(start)]
        for _ in range(n):
            rows.append(within_ranges(self.system, self.through(rows[-1])))
        course = np.concatenate(rows, axis=1)
        lost = np.flatnonzero(~np.isfinite(course).all(axis=0))
        status = (
            f"in pass {lost[0]} integration failed or a state left its range"
            if lost.size
            else "completed"
        )
        return xr.Dataset(
            {name: ("passes", row, self.described(name))
             for name, row in zip(self.system.state_names, course, strict=True)},
            {"passes": ("passes", np.arange(n + 1), {"long_name": "passes so far"})},
            {**self.attributes("iterates"), "status": status},
        )  # fmt: skip

    def begin(self, start: Mapping[str, float] | None = None) -> Array:
        """Return all states at the beginning of a course, shape (n_state, 1); see `iterate`."""
        given = {} if start is None else start
        if isinstance(given, xr.Dataset):
            known = set(self.system.state_names)
            given = {str(name): float(given[name]) for name in given if name in known}
        if not isinstance(given, Mapping):
            raise TypeError(f"`start` is {given!r}; give a mapping from state to number.")
        own = self.system.expand(given, "state")
        values = {
            name: start_value(self.system[name], own.get(name, value))
            for name, value in self.initial.items()
        }
        if own.keys() <= set(self.slow):
            return self.at_rest([[values[name]] for name in self.slow])
        return np.array([[each] for each in values.values()])

    def section(self, state: str, values: ArrayLike, *, along: xr.Dataset) -> xr.Dataset:
        """Return the map of one slow state, the others carried along a course.

        Parameters
        ----------
        state : str
            Full name of the slow state.
        values : array_like, shape (n,)
        along : Dataset
            As from `iterate`. Between its passes, in which the state must rise or fall
            throughout, the other slow states are interpolated; beyond, they stay as at its ends.

        Returns
        -------
        xarray.Dataset
            Over `point` all slow states `before` a pass (by their names), and ``STATE_after``.

        Raises
        ------
        ValueError
            If the state is not slow, or does not rise or fall throughout.
        """
        return section_of(self, state, values, along)

    def jacobian(self, at: ArrayLike) -> Array:
        """Return the derivative of the map, by differences of fourth order.

        Parameters
        ----------
        at : array_like, shape (n_slow,)

        Returns
        -------
        array, shape (n_slow, n_slow)
            Row: state after; column: state before. Its eigenvalues are multipliers.
        """
        point = self._checked(at).reshape(len(self.slow), 1)
        found, _ = slopes(lambda points, _: self(points), point, box_of(self, bounded=False))
        return np.asarray(found[0])

    def fixed_points(
        self,
        *,
        box: Mapping[str, tuple[float, float]] | None = None,
        n_starts: int = 8,
        tol: float = 1e-8,
        seed: int = 0,
    ) -> xr.Dataset:
        """Look for slow states that a pass leaves as they are, by Newton's method.

        It starts from `initial` and from points of a Sobol sequence in the box. A point can be
        missed, never invented: each comes with its residual.

        Parameters
        ----------
        box : mapping of str to (float, float), optional
            Sides that differ from the ranges of the slow states.
        n_starts : int
        tol : float
            The largest residual accepted, as a share of each side of the box.
        seed : int

        Returns
        -------
        xarray.Dataset
            Along `fixed_point` the slow states, `residual`, `stability` in words, `multiplier_real`
            and ``multiplier_imag`` (largest modulus first), `slope_error` (how far two orders of
            differences disagree) and ``fast_gap`` (how far a pass leaves the fast states from
            where it took them up: if large, the point is none of the whole system). Along
            `start` how each search ended. The attribute `status` sums up.

        Raises
        ------
        ValueError
            If a side of the box is not bounded, or an option does not fit.
        """
        check_count(n_starts, "n_starts")
        if not 0 < as_number(tol) < 1:
            raise ValueError(f"`tol` is {tol!r}; give a number above 0 and below 1.")
        found = fixed_points_of(self, box_of(self, box), n_starts, tol, seed)
        return found.assign_attrs({**self.attributes("fixed points"), **found.attrs})

    def described(self, name: str) -> dict[str, str]:
        """Return unit and meaning of a state, as attributes."""
        return {"units": self.system[name].unit, "long_name": self.system[name].meaning or name}

    def attributes(self, what: str) -> dict[str, Any]:
        """Return the provenance of a result."""
        return {
            "title": f"{self.system.name}: {what} of the {self.kind} map over {self.protocol.name}",
            "kind": self.kind, "slow": json.dumps(self.slow), "system": toml_of(self.system),
            "protocol": json.dumps(protocol_to_dict(self.protocol)),
            "parameters": json.dumps(dict(self.params)), "initial": json.dumps(dict(self.initial)),
            "settle": self.settle, "engine": self.engine, "rtol": self.rtol, "atol": self.atol,
            "versions": versions(),
        }  # fmt: skip
