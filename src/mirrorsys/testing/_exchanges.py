"""Property: exchanging equals changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mirrorsys._system import System
from mirrorsys.testing._cases import Case, Trial, cases, judged
from mirrorsys.testing._flow import as_vector, fast_time, quiet, rates_at, scales
from mirrorsys.testing._outcome import Outcome, raised
from mirrorsys.testing._search import Inconclusive

__all__ = ["check_symmetry"]

Values = Mapping[str, float]
ROUNDING = 1e-9  # relative to the largest rates
SHORT = 10.0  # printed trajectories, in units of the fastest process


def check_symmetry(
    system: System,
    permutation: Mapping[str, str],
    *,
    params: Values | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that exchanging names changes nothing: the exchanged state moves as the old one did.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`.
    permutation : mapping of str to str
        From each name to the one it becomes: of states, parameters and inputs, or of persons
        (``{"ann": "ben", "ben": "ann"}``). Names left out stay.

    Returns
    -------
    Outcome

    Raises
    ------
    PropertyError
        With the state in which the two differ.
    ValueError
        If a name is unknown, or two become the same.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_symmetry
    >>> pair = ms.models.dyad(ms.models.client("ann"), ms.models.client("ben"))
    >>> check_symmetry(pair, {"ann": "ben", "ben": "ann"}).status
    'holds'
    """
    __tracebackhide__ = True
    system = quiet(system)
    renamed = _renamed(system, permutation)
    trial = Trial("symmetry", system, "points", profile, n_cases, seed, SHORT * fast_time(system))

    def law(case: Case) -> str:
        state = {renamed[name]: value for name, value in case.state.items()}
        others = {renamed[name]: value for name, value in case.params.items()}
        here = rates_at(system, case.params)(as_vector(system, case.state))
        there = rates_at(system, others)(as_vector(system, state))
        if not np.isfinite([here, there]).all():
            raise Inconclusive("the right-hand side is undefined there")
        rates = dict(zip(system.state_names, there.tolist(), strict=True))
        allowed = ROUNDING * (np.abs(here).max(initial=0.0) + scales(system) / fast_time(system))
        for name, rate, slack in zip(system.state_names, here.tolist(), allowed, strict=True):
            if abs(rate - rates[renamed[name]]) > slack:
                return (
                    f"d {name}/dt = {rate:.6g}, but after the exchange "
                    f"d {renamed[name]}/dt = {rates[renamed[name]]:.6g}"
                )
        return ""

    drawn = cases(system, params)
    return raised(judged(trial, drawn, law))


def _renamed(system: System, permutation: Mapping[str, str]) -> dict[str, str]:
    """Return what each name of the system becomes."""
    names = [each.name for each in system.quantities]
    owners = {name.partition(".")[0] for name in names if "." in name}
    pairs = {f"{a}_{b}": f"{permutation.get(a, a)}_{permutation.get(b, b)}"
             for a in owners for b in owners}  # fmt: skip
    becomes: dict[str, str] = {}
    for name in names:
        owner, dot, bare = name.partition(".")
        moved = (pairs | dict(permutation)).get(owner, owner)
        becomes[name] = permutation.get(name, f"{moved}{dot}{bare}" if dot else name)
    if unknown := sorted(set(permutation) - set(names) - owners):
        raise ValueError(
            f"`permutation` names {unknown}, neither quantities nor persons of {system.name!r}; "
            f"it has {names[:12]}."
        )
    if set(becomes.values()) != set(names):
        lost = sorted(set(names) - set(becomes.values()))
        raise ValueError(
            f"`permutation` is {dict(permutation)!r}: nothing becomes {lost[:6]}; give an exchange "
            "in which every name is taken once."
        )
    kinds = {each.name: each in system.states for each in system.quantities}
    if mixed := [name for name in names if kinds[name] != kinds[becomes[name]]]:
        raise ValueError(f"`permutation` turns {mixed} from state to parameter or back.")
    return becomes
