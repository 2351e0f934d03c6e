"""Tangent: a system together with one direction of its derivatives, as one system.

The derivative of a state by a parameter, s = dx/dp, obeys the variational equations
s' = J s + df/dp. Both matrices are derived from the system in symbols. One *tangent system*
holds the states and one direction s = dx/dp . e; the vector e, its parameters, selects the
parameter, so that the same machine code serves all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._expressions import parse, symbol, to_text
from mirrorsys._system import Input, Parameter, State, System
from mirrorsys.analysis._promotion import promoted
from mirrorsys.flow import IntegrationError, simulate
from mirrorsys.protocols import Phase, Protocol
from mirrorsys.symbolic import jacobian

__all__ = ["Found", "Tangent", "tangent", "writable"]

Array = NDArray[np.float64]
SMALLEST = 1e-100


class Found(NamedTuple):
    """The derivatives by one quantity: shapes (n_times, n_state) and (n_phase, n_state)."""

    path: Array
    at_end: Array
    status: str


@dataclass(frozen=True)
class Tangent:
    """A system together with one direction of its derivatives.

    Parameters
    ----------
    system : System
        The states, then as many `directions`, which obey the variational equations.
    original : System
    directions, selectors, resting : mapping of str to str
        By state, by parameter or input, by input: the name of the derivative, of its weight in
        the direction, and of the input that is 1 while no phase supplies another value.
    """

    system: System
    original: System
    directions: Mapping[str, str]
    selectors: Mapping[str, str]
    resting: Mapping[str, str]

    def protocol(self, given: Protocol, start: Mapping[str, float]) -> Protocol:
        """Return a protocol whose phases also say which inputs rest, and reset derivatives."""
        phases = {each: self._phase(each, start) for each in dict.fromkeys(given)}
        return Protocol(tuple(phases[each] for each in given), name=given.name)

    def _phase(self, given: Phase, start: Mapping[str, float]) -> Phase:
        supplied = self.original.expand(given.inputs, "input")
        carried = {
            self.directions[name]: self._carried(name, value, start[name])
            for name, value in self.original.expand(given.reset, "state").items()
        }
        return Phase(
            given.duration, {**given.inputs, **{self.resting[name]: 0.0 for name in supplied}},
            name=given.name, reset={**given.reset, **carried},
        )  # fmt: skip

    def _carried(self, name: str, value: float | str, start: float) -> float | str:
        """Return the derivative just after a reset, in terms of those just before.

        In its text `initial` is the derivative of the state at the beginning of the run.
        """
        if not isinstance(value, str):
            return 0.0
        owner, after = name.rpartition(".")[0], parse(value)
        bare = {s for s in after.free_symbols if s.name not in (*self.directions, "initial")}
        after = after.xreplace({s: symbol(f"{owner}.{s.name}") for s in bare})
        at_start = {symbol("initial"): sp.Rational(*start.as_integer_ratio())}
        terms = [
            slope.xreplace(at_start) * symbol(self.directions.get(by, "initial"))
            for by, slope in _gradient(after).items()
        ]
        return to_text(writable(sp.Add(*terms)))

    def run(
        self, course: Protocol, run: xr.Dataset, values: Mapping[str, float], name: str,
        settings: Mapping[str, Any],
    ) -> Found:  # fmt: skip
        """Return the derivatives by one quantity along a run; NaN from where they fail."""
        # So that tolerances do not depend on its unit; values next to nothing say none.
        scale = abs(values[name]) if abs(values[name]) > SMALLEST else 1.0
        weight = {self.selectors[name]: scale} if name in self.selectors else {}
        kick = {self.directions[name]: scale} if name in self.directions else {}
        start = {each: values[each] for each in self.directions}
        held = {each: values[each] for each in self.selectors}
        try:
            found = simulate(
                self.system, protocol=course, times=run.time.values, initial=start | kick,
                params=held | weight, **settings,
            )  # fmt: skip
        except IntegrationError as error:
            found = error.partial
        finished = found.sizes["phase"] - (found.attrs["status"] != "completed")
        path = np.full((run.sizes["time"], len(start)), np.nan)
        at_end = np.full((run.sizes["phase"], len(start)), np.nan)
        for column, key in enumerate(self.directions.values()):
            path[: found.sizes["time"], column] = found[key].values / scale
            at_end[:finished, column] = found[f"{key}_at_end"].values[:finished] / scale
        return Found(path, at_end, found.attrs["status"])


@lru_cache(maxsize=64)
def tangent(system: System) -> Tangent:
    others = (*system.parameter_names, *system.input_names)
    own = _fresh("tangent", (*system.state_names, *others))
    directions = {name: f"{own}_s{i}" for i, name in enumerate(system.state_names)}
    selectors = {name: f"{own}_e{i}" for i, name in enumerate(others)}
    resting = {name: f"{own}_r{i}" for i, name in enumerate(system.input_names)}
    weights = [symbol(each) for each in directions.values()] + [
        symbol(selectors[name]) * (symbol(resting[name]) if name in resting else 1)
        for name in others
    ]
    slopes = jacobian(promoted(system, others))
    moves = {
        State(key): writable(sp.Add(*[slopes[i, j] * w for j, w in enumerate(weights)]))
        for i, key in enumerate(directions.values())
    }
    both = System(
        f"{system.name} and derivatives",
        {**dict(zip(system.states, system.rhs, strict=True)), **moves},
        [*system.parameters, *(Parameter(each) for each in selectors.values())],
        [*system.inputs, *(Input(each, 1.0) for each in resting.values())],
        time_unit=system.time_unit,
    )
    return Tangent(both, system, directions, selectors, resting)


def _gradient(expression: sp.Expr) -> dict[str, sp.Expr]:
    """Return the derivatives of an expression by all its symbols."""
    names = sorted(each.name for each in expression.free_symbols)
    own = _fresh("value", names)
    whole = System("gradient", {**dict.fromkeys(names, 0), own: expression})
    return dict(zip(names, jacobian(whole)[-1, :], strict=False))


def _fresh(word: str, names: Sequence[str]) -> str:
    """Return a word with which no name begins, of a person or not."""
    while any(part.startswith(word) for name in names for part in name.split(".")):
        word += "x"
    return word


def writable(expression: sp.Expr) -> sp.Expr:
    """Return an expression with the derivatives of min and max as comparisons."""
    return expression.replace(
        sp.Heaviside, lambda argument, *_: parse(f"({to_text(argument)}) > 0")
    )
