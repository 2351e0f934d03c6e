"""Results computed again from their own attributes, and compared to the bit.

A result names the verb that made it (`made_by`), and keeps the arguments of that call. Only what
is integrated is repeated: `simulate` and `ensemble`. Results of other verbs rest on arguments
that no attribute can hold, such as functions; they are refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._model_files import from_toml
from mirrorsys.flow._ensemble import ensemble
from mirrorsys.flow._events import Event
from mirrorsys.flow._problem import Noise
from mirrorsys.flow._simulate import simulate
from mirrorsys.flow.outputs import Output
from mirrorsys.protocols import protocol_from_dict

__all__ = ["differences", "other_origin", "rerun"]

NUMBERS = "iufb"  # kinds of NumPy's types
SHOWN = 60  # characters of an attribute
NOT_OF_THE_RUN = {"made_by", "versions", "engine_choice", "chunk"}  # may differ, or told apart


def rerun(result: xr.Dataset) -> xr.Dataset:
    """Compute a result again from its own attributes.

    Parameters
    ----------
    result : Dataset
        As `simulate` or `ensemble` returned it or `load` read it; whole, not a part of it.

    Returns
    -------
    xarray.Dataset
        Equal to `result` on the same type of machine with the same versions. What was added to
        it since is not computed again.

    Raises
    ------
    ValueError
        If the attributes do not describe a run.
    """
    if not isinstance(result, xr.Dataset):
        raise TypeError(f"`result` is {result!r}; give a Dataset, as from mirrorsys.load(path).")
    verb = str(result.attrs.get("made_by", ""))
    if verb not in CALLS:
        title = result.attrs.get("title")
        raise ValueError(
            f"`result` {'' if title is None else f'({str(title)[:SHOWN]!r}) '}was made by "
            f"{repr(verb) if verb else 'no verb it names'}; only results of "
            f"{' and '.join(CALLS)} keep all it takes to compute them again: repeat the call "
            "that made it."
        )
    try:
        call = CALLS[verb](result, result.attrs)
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError,
            RecursionError) as error:  # fmt: skip
        reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else f"{error}"
        raise ValueError(
            f"the attributes of `result` do not describe a run of {verb}: {reason.rstrip('.')}. "
            f"They were changed, or written by another version ({_made_with(result)})."
        ) from error
    return call()


def _made_with(result: xr.Dataset) -> str:
    try:
        return f"mirrorsys {json.loads(result.attrs['versions'])['mirrorsys']}"
    except (KeyError, TypeError, ValueError):
        return "it does not say which"


# ---- the call that made it ------------------------------------------------------------------


def _simulate_again(result: xr.Dataset, attributes: Mapping[str, Any]) -> Callable[[], xr.Dataset]:
    protocol = protocol_from_dict(json.loads(attributes["protocol"]))
    own = np.asarray(result["time"].values) if attributes["times"] == "requested" else None
    if own is not None and attributes["status"] != "completed":
        own = _as_asked(own, str(attributes["status"]), protocol.duration)
    values = (json.loads(attributes[each]) for each in ("parameters", "inputs_at_rest"))
    parameters, rest = values
    return partial(
        simulate,
        from_toml(attributes["system"]),
        protocol=protocol,
        times=own,
        initial=json.loads(attributes["initial"]),
        params={**parameters, **rest},
        events={name: Event(**e) for name, e in json.loads(attributes["events"]).items()},
        **_settings(attributes),
    )


def _as_asked(times: NDArray[np.float64], status: str, end: float) -> NDArray[np.float64]:
    """Return times that give those of a run that ended early.

    The last one is that of the event which stopped it, and was not asked for; those it did not
    reach are not kept: the end stands for them.
    """
    reached = times[:-1] if status.startswith("stopped") else times
    return np.append(reached[reached < end], end)


def _ensemble_again(result: xr.Dataset, attributes: Mapping[str, Any]) -> Callable[[], xr.Dataset]:
    n, found = int(attributes["n_members"]), result.sizes.get("member", 0)
    if n != found:
        raise ValueError(f"it has {found} of {n} members; give it with all of them")
    given = {c.attrs["given"]: c.values for c in result.coords.values() if "given" in c.attrs}
    protocols = [protocol_from_dict(each) for each in json.loads(attributes["protocol"])]
    which = json.loads(attributes["protocol_of_members"])
    outputs = json.loads(attributes["outputs"]).items()
    return partial(
        ensemble,
        from_toml(attributes["system"]),
        given or n,
        protocol=[protocols[index] for index in which] or protocols[0],
        outputs={name: Output(**{**each, "times": tuple(each["times"])}) for name, each in outputs},
        **_settings(attributes),
    )


def _settings(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that both verbs share."""
    method, noise, seed = str(attributes["method"]), None, None
    if "noise_step" in attributes:
        step = float(attributes["noise_step"])
        bounded = bool(attributes.get("noise_bounded", False))  # older files have none
        noise, seed = Noise(step, method, bounded=bounded), int(attributes["seed"])
    return {
        "noise": noise, "seed": seed, "engine": str(attributes["engine"]),
        "method": method if noise is None else None, "rtol": float(attributes["rtol"]),
        "atol": float(attributes["atol"]), "max_steps": int(attributes["max_steps"]),
    }  # fmt: skip


CALLS: Mapping[str, Callable[..., Callable[[], xr.Dataset]]] = {
    "simulate": _simulate_again,
    "ensemble": _ensemble_again,
}


# ---- how two results differ -----------------------------------------------------------------


def differences(result: xr.Dataset, again: xr.Dataset) -> dict[str, str]:
    """Return in words, for each variable and coordinate that differs in any bit, how.

    All numbers that are not one (NaN) count as equal.
    """
    told = {str(name): _unlike(result, again, name) for name in result.variables}
    told |= {str(name): "is new" for name in again.variables if name not in result.variables}
    return {name: words for name, words in told.items() if words}


def _unlike(result: xr.Dataset, again: xr.Dataset, name: Any) -> str:
    if name not in again.variables:
        return "is not computed again"
    one, other = result[name], again[name]
    if one.dims != other.dims or one.shape != other.shape:
        return f"had the sizes {dict(one.sizes)}, has {dict(other.sizes)}"
    return _gap(np.asarray(one.values), np.asarray(other.values))


def _gap(one: NDArray[Any], other: NDArray[Any]) -> str:
    """Return how two arrays of one shape differ; empty if in nothing."""
    if (one.dtype.kind in NUMBERS) != (other.dtype.kind in NUMBERS):
        return f"was of type {one.dtype}, is {other.dtype}"
    if one.dtype.kind not in NUMBERS:
        unequal = one.astype(str) != other.astype(str)
        return f"{unequal.sum()} of {one.size} texts differ" if unequal.any() else ""
    one, other = (np.ascontiguousarray(each, dtype=float) for each in (one, other))
    missing = np.isnan(one), np.isnan(other)
    unequal = (one.view(np.int64) != other.view(np.int64)) & ~(missing[0] & missing[1])
    if not unequal.any():
        return ""
    with np.errstate(invalid="ignore"):
        gaps = np.abs(one - other)[unequal & ~(missing[0] | missing[1])]
    words = f"{unequal.sum()} of {one.size} numbers differ, by at most {gaps.max(initial=0.0):.3g}"
    lost = (missing[0] != missing[1]).sum()
    return words + (f"; {lost} are a number in one only" if lost else "")


def other_origin(result: xr.Dataset, again: xr.Dataset) -> dict[str, str]:
    """Return in words what else the attributes say otherwise: versions, processor, counts."""
    told: dict[str, str] = {}
    for name in sorted((set(result.attrs) | set(again.attrs)) - NOT_OF_THE_RUN, key=str):
        told[str(name)] = _was_and_is(result.attrs.get(name), again.attrs.get(name))
    try:
        before = dict(json.loads(result.attrs["versions"]))
    except (KeyError, TypeError, ValueError):
        before = {}
    for package, version in json.loads(again.attrs["versions"]).items():
        told[package] = _was_and_is(before.get(package), version)
    return {name: words for name, words in told.items() if words}


def _was_and_is(before: Any, now: Any) -> str:
    if np.array_equal(before, now):
        return ""
    old, new = ("not told" if each is None else str(each)[:SHOWN] for each in (before, now))
    return f"was {old}, is {new}"
