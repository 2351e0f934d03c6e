"""check: compute the claims and say of each whether it holds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from tqdm import tqdm

from mirrorsys.claims import _infancy, _self_compassion, _therapy, _training, _upbringing
from mirrorsys.claims._registry import Claim, level_of, margin, meets
from mirrorsys.claims._scenarios import ParameterSet
from mirrorsys.flow._progress import is_hidden

__all__ = ["CLAIMS", "SYSTEMS", "all_hold", "check", "checked_systems", "judged"]

SYSTEMS = tuple(f"S{number}" for number in range(1, 13))
SECONDS_BEFORE_PROGRESS = 2.0
INFERRED = "Our inference from the idea, not its words."

CLAIMS: tuple[Claim, ...] = tuple(
    sorted(
        (
            *_infancy.CLAIMS,
            *_upbringing.CLAIMS,
            *_therapy.CLAIMS,
            *_training.CLAIMS,
            *_self_compassion.CLAIMS,
        ),
        key=lambda claim: SYSTEMS.index(claim.system),
    )
)


def check(
    systems: str | Iterable[str] | None = None, *, params: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Compute the registered claims about S1 to S12 and judge each.

    Everything is computed with one parameter set, the default one; roles, initial
    states and protocols differ. All values are assumed.

    Parameters
    ----------
    systems : str or iterable of str, optional
        Such as ``"S7"`` or ``["S1", "S2"]``; all by default.
    params : mapping of str to float, keyword-only
        Parameters of every person that differ from the default set. A role keeps the
        multiple of `kappa` and the values of its own that make it that role.

    Returns
    -------
    pandas.DataFrame
        One row for each claim. `holds` says whether `value` meets `bound` (in the sense
        of `direction`), `margin` is the signed distance to it, positive on the side that
        holds. `control_broken` says whether every control fails to meet the same bound, as it
        must; `control_value` is the one that comes nearest to meeting it (NaN: what is
        measured does not happen). Reported quantities have no bound: `holds` is None.

    Raises
    ------
    ValueError
        If a system is not one of S1 to S12, or `params` does not fit.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> table = ms.claims.check("S1")
    >>> table.holds.tolist(), table.control_broken.tolist()
    ([True, True], [True, True])
    """
    wanted = checked_systems(systems)
    parameters = ParameterSet.of(params)
    chosen = [claim for claim in CLAIMS if claim.system in wanted]
    bar = tqdm(
        chosen, desc="claims", delay=SECONDS_BEFORE_PROGRESS, disable=is_hidden(), leave=False
    )
    table = pd.DataFrame(
        [{**judged(claim, parameters), "note": _note(claim, parameters)} for claim in bar]
    )
    return table.astype({"holds": object, "control_broken": object})  # True, False or None


def all_hold(table: pd.DataFrame) -> bool:
    """Return whether every claim of a table holds and every control breaks its claim.

    Reported quantities, which have no bound, do not count. `mirrorsys claims` exits with
    1 where this is False.

    Parameters
    ----------
    table : DataFrame
        From `check`.
    """
    failed = (table["holds"].eq(False) | table["control_broken"].eq(False)).any()
    return not bool(failed)


def checked_systems(systems: str | Iterable[str] | None) -> set[str]:
    """Return the systems that are meant, all by default."""
    wanted = (
        set(SYSTEMS) if systems is None else {systems} if isinstance(systems, str) else set(systems)
    )
    if not wanted or (unknown := sorted(wanted - set(SYSTEMS))):
        named = unknown if wanted else []
        raise ValueError(f"`systems` names {named}; give some of {list(SYSTEMS)}.")
    return wanted


def judged(claim: Claim, parameters: ParameterSet) -> dict[str, Any]:
    """Return what a claim and its controls come to with one parameter set."""
    value, bound = claim.measure(parameters), level_of(claim, parameters)
    is_judged = claim.direction != "reported"
    return {
        "system": claim.system,
        "statement": claim.statement,
        "quantity": claim.quantity,
        "value": value,
        "direction": claim.direction,
        "bound": bound,
        "margin": margin(claim, value, bound),
        "holds": meets(claim, value, bound) if is_judged else None,
        **_control(claim, parameters, bound),
    }


def _control(claim: Claim, parameters: ParameterSet, bound: float) -> dict[str, Any]:
    """Return what the controls show; of several, the value nearest to meeting the bound."""
    values = [control.measure(parameters) for control in claim.controls]
    distances = [margin(claim, value, bound) for value in values]
    nearest = max(
        range(len(values)), key=lambda i: -math.inf if math.isnan(distances[i]) else distances[i],
        default=None,
    )  # fmt: skip
    return {
        "control": "; ".join(
            control.name if len(values) == 1 else f"{control.name}: {value:.3g}"
            for control, value in zip(claim.controls, values, strict=True)
        ),
        "control_value": math.nan if nearest is None else values[nearest],
        "control_broken": not any(meets(claim, value, bound) for value in values)
        if values
        else None,
    }


def _note(claim: Claim, parameters: ParameterSet) -> str:
    words = claim.note(parameters) if callable(claim.note) else claim.note
    return " ".join(part for part in (INFERRED if claim.is_inferred else "", words) if part)
