"""S12: what mirroring and self-soothing of a helper do, for the client and for the helper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from tqdm import tqdm

from mirrorsys import models, protocols
from mirrorsys._system import System
from mirrorsys.claims._measures import at_end, curve, mean, phase_times, window
from mirrorsys.claims._scenarios import N_SESSIONS, ParameterSet, run_of
from mirrorsys.flow._progress import is_hidden

__all__ = ["best_mirroring", "helper_map", "map_in_words", "threat_in_sessions"]

Array = NDArray[np.float64]

# What is mapped: long name, and whether more of it is better.
OUTCOMES = {
    "client_pathway": ("client's pathway a week after the last session", True),
    "client_threat_alone": ("client's mean threat in the week after the last session", False),
    "helper_pathway": ("helper's pathway a week after the last session", True),
    "helper_threat_alone": ("helper's mean threat in the week after the last session", False),
    "helper_threat_in_session": ("helper's mean threat over all sessions", False),
}


def helper_map(
    mirroring: ArrayLike, self_soothing: ArrayLike, *, params: Mapping[str, float] | None = None
) -> xr.Dataset:
    """Return what twenty weekly sessions do to client and helper, over two traits of the helper.

    Parameters
    ----------
    mirroring : array_like, shape (n_mirroring,)
        The helper's mirroring of threat, `mu`.
    self_soothing : array_like, shape (n_self_soothing,)
        The helper's tenderness (`kappa`) and pathway at the start, together: 0 is the
        overwhelmed helper's, 1 the therapist's, linear between and beyond.
    params : mapping of str to float, keyword-only
        Parameters of every person that differ from the default set, as in `check`.

    Returns
    -------
    xarray.Dataset
        Dimensions ``mirroring`` and ``self_soothing``; variables ``client_pathway``,
        ``client_threat_alone``, ``helper_pathway``, ``helper_threat_alone`` and
        ``helper_threat_in_session``. The warm, the detached and the overwhelmed
        helper of `mirrorsys.models` are three points of this map.

    Raises
    ------
    ValueError
        If an axis is empty or not strictly increasing, or a value makes a parameter or
        state leave its range.
    """
    axes = {
        "mirroring": _axis(mirroring, "mirroring"),
        "self_soothing": _axis(self_soothing, "self_soothing"),
    }
    parameters = ParameterSet.of(params)
    helpers, client = list(_helpers(parameters, **axes)), parameters.cast(models.client)
    rows = [
        _outcomes(client, helper)
        for helper in tqdm(helpers, desc="helpers", disable=is_hidden(), leave=False)
    ]
    shape = tuple(axis.size for axis in axes.values())
    variables = {
        name: (tuple(axes), np.array([row[name] for row in rows]).reshape(shape),
               {"units": "1", "long_name": long_name})
        for name, (long_name, _) in OUTCOMES.items()
    }  # fmt: skip
    result = xr.Dataset(variables, axes, {"title": f"helpers in {N_SESSIONS} weekly sessions"})
    result["mirroring"].attrs = {"units": "1", "long_name": "helper's mirroring of threat"}
    result["self_soothing"].attrs = {
        "units": "1", "long_name": "helper's self-soothing (0 overwhelmed, 1 compassionate)",
    }  # fmt: skip
    return result


def _axis(values: ArrayLike, label: str) -> Array:
    axis = np.atleast_1d(np.asarray(values, dtype=float))
    if axis.ndim != 1 or axis.size == 0 or not np.isfinite(axis).all():
        raise ValueError(f"`{label}` is {values!r}; give one axis of finite numbers.")
    if (np.diff(axis) <= 0).any():
        raise ValueError(f"`{label}` is {axis.tolist()}; give strictly increasing values.")
    return axis


def _helpers(parameters: ParameterSet, mirroring: Array, self_soothing: Array) -> Iterator[System]:
    """Return the helper at each point of the map, the last axis varying fastest."""
    none = parameters.cast(models.overwhelmed_therapist)
    full = parameters.cast(models.therapist)

    def between(name: str, share: float) -> float:
        return float((1 - share) * none[name].value + share * full[name].value)

    for mu in mirroring:
        for share in self_soothing:
            own = {name: between(name, float(share)) for name in ("kappa", "pathway")}
            yield parameters.cast(models.therapist, mu=float(mu), **own)


def _outcomes(client: System, helper: System) -> dict[str, float]:
    protocol = protocols.weekly_sessions(N_SESSIONS, client=client.name, helper=helper.name)
    run = run_of((client, helper), protocol)
    week = phase_times(run, "between", -1)
    alone = {
        person.name: mean(window(curve(run, "threat", person.name), *week))
        for person in (client, helper)
    }
    return {
        "client_pathway": at_end(run, "pathway", client.name),
        "client_threat_alone": alone[client.name],
        "helper_pathway": at_end(run, "pathway", helper.name),
        "helper_threat_alone": alone[helper.name],
        "helper_threat_in_session": threat_in_sessions(run, helper.name),
    }


def threat_in_sessions(run: xr.Dataset, person: str) -> float:
    """Return a person's mean threat over all sessions of a course, recall included."""
    threat = curve(run, "threat", person)
    return float(
        np.mean(
            [
                mean(
                    window(
                        threat,
                        phase_times(run, "recall", nth)[0],
                        phase_times(run, "session", nth)[1],
                    )
                )
                for nth in range(N_SESSIONS)
            ]
        )
    )


# ---- reading a map ------------------------------------------------------------------------


def best_mirroring(outcomes: xr.Dataset, name: str) -> tuple[Array, NDArray[np.bool_]]:
    """Return, for each degree of self-soothing, the best mirroring and whether it is an inner one.

    Parameters
    ----------
    outcomes : Dataset
        From `helper_map`.
    name : str
        One of its variables.

    Returns
    -------
    best : array, shape (n_self_soothing,)
    is_inner : array of bool, shape (n_self_soothing,)
        False where the best lies at an end of the mirroring examined.

    Raises
    ------
    ValueError
        If `name` is not an outcome of the map.
    """
    return _extreme(outcomes, name, best=True)


def _extreme(outcomes: xr.Dataset, name: str, best: bool) -> tuple[Array, NDArray[np.bool_]]:
    if name not in OUTCOMES:
        raise ValueError(f"`name` is {name!r}; give one of {list(OUTCOMES)}.")
    sign = 1.0 if OUTCOMES[name][1] is best else -1.0
    index = (sign * outcomes[name].transpose("mirroring", "self_soothing").values).argmax(axis=0)
    is_inner = (index > 0) & (index < outcomes.mirroring.size - 1)
    return outcomes.mirroring.values[index], is_inner


def map_in_words(outcomes: xr.Dataset) -> str:
    """Return where the best mirroring lies for each outcome of a map, and where it is an inner one.

    An inner worst is said too: from there both more and less mirroring would be better.
    """
    return " ".join(_in_words(outcomes, name) for name in OUTCOMES)


def _in_words(outcomes: xr.Dataset, name: str) -> str:
    best, is_inner = _extreme(outcomes, name, best=True)
    worst, is_trap = _extreme(outcomes, name, best=False)
    soothing = outcomes.self_soothing.values
    parts = []
    if is_inner.any():
        parts.append(f"inner optimum of mirroring at {_places(best, soothing, is_inner)}")
    if not is_inner.all():
        label = "best elsewhere" if is_inner.any() else "no inner optimum, best"
        parts.append(f"{label} with {_ends(best[~is_inner], soothing[~is_inner], outcomes)}")
    if is_trap.any():
        parts.append(f"worst inside, at {_places(worst, soothing, is_trap)}")
    text = f"{OUTCOMES[name][0]}: {'; '.join(parts)}."
    return text[0].upper() + text[1:]


def _places(mirroring: Array, soothing: Array, chosen: NDArray[np.bool_]) -> str:
    where: dict[float, list[str]] = {}
    for place, share in zip(mirroring[chosen], soothing[chosen], strict=True):
        where.setdefault(float(place), []).append(f"{share:g}")
    return ", ".join(
        f"{place:g} (self-soothing {', '.join(shares)})" for place, shares in sorted(where.items())
    )


def _ends(mirroring: Array, soothing: Array, outcomes: xr.Dataset) -> str:
    most = mirroring == outcomes.mirroring.values[-1]
    if most.all() or not most.any():
        return "most mirroring" if most.all() else "least mirroring"
    shares = (", ".join(f"{share:g}" for share in soothing[each]) for each in (most, ~most))
    return "most mirroring (self-soothing {}), least ({})".format(*shares)
