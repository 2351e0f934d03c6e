"""Cases of a property: admissible parameters, a state, and what else is drawn; the judgement."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from mirrorsys._system import System
from mirrorsys.testing._code import as_code
from mirrorsys.testing._flow import quiet, trajectory
from mirrorsys.testing._outcome import Outcome, cases_of, check_options
from mirrorsys.testing._search import Found, search
from mirrorsys.testing._strategies import parameters, states

__all__ = ["Case", "Trial", "cases", "judged"]

N_ROWS = 6  # of a printed trajectory
MOST_COLUMNS = 6


@dataclass(frozen=True)
class Case:
    """Parameters and inputs, a state, and whatever else a property draws, by name.

    Names in `more` that begin with an underscore are not shown.
    """

    params: Mapping[str, float]
    state: Mapping[str, float]
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """How a property is to be tried: what is held, how many cases, which seed, what to print.

    `kind` says what a case costs, as in `PROFILES`; `duration` is that of the printed trajectory;
    `also` is what the printed call of `simulate` needs beside it; `verb` is what is called
    instead of it: a function of the parameters alone.
    """

    name: str
    system: System
    kind: str
    profile: str
    n_cases: int | None
    seed: int
    duration: float
    also: str = ""
    verb: str = "ms.simulate"

    def __post_init__(self) -> None:
        check_options(self.profile, self.seed)
        cases_of(self.profile, self.kind, self.n_cases)


def cases(
    system: System,
    held: Mapping[str, float] | None = None,
    **more: st.SearchStrategy[Any],
) -> st.SearchStrategy[Case]:
    """Return a strategy of cases of a system, with further strategies by name."""
    return st.builds(Case, parameters(system, held), states(system), st.fixed_dictionaries(more))


def judged(
    trial: Trial,
    drawn: st.SearchStrategy[Case],
    law: Callable[[Case], str],
    *,
    remark: str = "",
    known: tuple[Case, str] | None = None,
    until: Callable[[Case], float] | None = None,
) -> Outcome:
    """Return what a search for a counterexample finds.

    `known` is a counterexample that is reported if the search finds no smaller one; `until` says
    how long the trajectory of a case is to be shown, if not for the trial's `duration`.
    """
    n_cases = cases_of(trial.profile, trial.kind, trial.n_cases)
    found: Found[Case] = search(
        drawn, law, size=lambda case: _size(trial.system, case), n_cases=n_cases, seed=trial.seed
    )
    if found.case is None and known is not None:
        found.case, found.why = known
        found.n_cases += 1
    case = found.case
    if case is not None and until is not None:
        trial = dataclasses.replace(trial, duration=until(case) or trial.duration)
    return Outcome(
        name=trial.name, system=trial.system.name, n_cases=found.n_cases,
        inconclusive=_common(found.inconclusive), remark=remark,
        failure="" if case is None else _message(trial, case, found),
        params={} if case is None else case.params, state={} if case is None else case.state,
        seed=trial.seed, seconds=found.seconds,
    )  # fmt: skip


def _common(reasons: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(reasons.most_common())


def _size(system: System, case: Case) -> tuple[int, int]:
    changed = len(_changed(system, case.params)) + len(_changed(system, case.state))
    return changed, len(repr(case))


def _changed(system: System, values: Mapping[str, float]) -> dict[str, float]:
    """Return the values that differ from the defaults."""
    return {name: value for name, value in values.items() if value != system[name].value}


def _message(trial: Trial, case: Case, found: Found[Case]) -> str:
    system = trial.system
    params = _changed(system, case.params)
    others = len(case.params) - len(params)
    shown = _listed(params) if params else ""
    shown_too = {k: v for k, v in case.more.items() if v is not None and k[0] != "_"}
    rest = "all at their defaults" if not params else "all others at their defaults"
    seen = f"  found with seed {trial.seed}, made as small as it went"
    lines = [
        f"{trial.name} fails for {system.name!r}:",
        f"  {found.why}",
        f"  params: {', '.join(filter(None, [shown, rest if others else '']))}",
    ]
    if trial.verb != "ms.simulate":
        return "\n".join([*lines, f"{seen}; the call:", f"    {trial.verb}({as_code(params)})"])
    lines += [f"  state: {_listed(case.state)}"]
    lines += [f"  {name}: {as_code(value)}" for name, value in shown_too.items()]
    lines += _table(trial, case)
    initial = _changed(system, case.state)
    given = {"params": params, "initial": initial}
    call = ", ".join([
        f"system, duration={trial.duration:g}",
        *(f"{name}={as_code(values)}" for name, values in given.items() if values),
        *([trial.also] if trial.also else []),
    ])  # fmt: skip
    return "\n".join([*lines, f"{seen}; the run:", f"    ms.simulate({call})"])


def _listed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {value:.6g}" for name, value in values.items())


def _table(trial: Trial, case: Case) -> Sequence[str]:
    """Return the trajectory from the state as text, some rows and columns of it."""
    try:
        run = trajectory(
            quiet(trial.system), case.state, case.params, trial.duration, engine="scipy",
            n_times=N_ROWS,
        )  # fmt: skip
    except ValueError as error:
        return [f"  there is no trajectory: {error}"]
    names = trial.system.state_names
    spread = np.ptp(run.states, axis=1) if run.states.size else np.zeros(len(names))
    columns = sorted(np.argsort(-spread, kind="stable")[:MOST_COLUMNS].tolist())
    rows = [["time", *(names[i] for i in columns)]]
    rows += [[f"{t:.4g}", *(f"{state[i]:.4g}" for i in columns)]
             for t, state in zip(run.times, run.states.T, strict=True)]  # fmt: skip
    width = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["    " + "  ".join(cell.rjust(w) for cell, w in zip(row, width, strict=True))
             for row in rows]  # fmt: skip
    return [*lines, *([f"    {run.failure}"] if run.failure else [])]
