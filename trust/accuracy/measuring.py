"""Measure how exact each engine is: random cases, hard ones, long courses."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np

from trust.accuracy.cases import is_driven, quantiles
from trust.accuracy.courses import courses
from trust.accuracy.growth import growth
from trust.accuracy.hard import ALLOWED, estimates, hard_studies
from trust.accuracy.studies import Errors, Study, errors_of, lane_errors, study_of

__all__ = ["measure"]

N_CASES, N_FEWER = 200, 60  # at the usual tolerance; at the others
USUAL, OTHERS = 1e-8, (1e-4, 1e-6, 1e-10)
ENGINES = (
    ("scipy", "LSODA"), ("scipy", "Radau"), ("scipy", "BDF"), ("scipy", "DOP853"),
    ("scipy", "RK45"), ("compiled", "switching"), ("compiled", "DOP853"),
    ("compiled", "Rodas5P"), ("ensemble", "switching"), ("taylor", "Taylor"),
)  # fmt: skip
UNDRIVEN = {"Rodas5P", "Taylor"}  # methods that recordings cannot drive


def measure() -> dict[str, Any]:
    """Compare every engine and method, at four tolerances, with the references."""
    studies = []
    for number in range(N_CASES):
        studies.append(study_of(number))
        if number % 20 == 19:
            print(f"references: {number + 1} of {N_CASES}", flush=True)
    has_heyoka = importlib.util.find_spec("heyoka") is not None
    rows, absolute = [], {}
    for engine, method in ENGINES:
        if engine == "taylor" and not has_heyoka:
            continue
        for rtol in (USUAL, *OTHERS) if engine != "taylor" else (USUAL,):
            chosen = studies if rtol == USUAL else studies[:N_FEWER]
            errors = _errors(chosen, engine, method, rtol)
            absolute[engine, method, rtol] = [each.absolute for each in errors]
            rows.append(_row(engine, method, rtol, errors))
            print(rows[-1], flush=True)
    hard = hard_studies()
    return {
        "n_cases": N_CASES, "n_fewer": N_FEWER, "usual": USUAL,
        "growth": quantiles([growth(each.between).max() for each in studies]),
        "minutes": quantiles([each.times[-1] for each in studies]),
        "rows": rows, "slopes": _slopes(absolute), "has_heyoka": has_heyoka,
        "estimates": _estimates([("random", each) for each in studies[:N_FEWER]] + hard),
        "courses": courses(),
    }  # fmt: skip


def _errors(studies: list[Study], engine: str, method: str, rtol: float) -> list[Errors]:
    numbers = [i for i in range(len(studies)) if method not in UNDRIVEN or not is_driven(i)]
    if engine != "ensemble":
        return [errors_of(studies[i], engine, method, rtol) for i in numbers]
    halves = [lane_errors(studies[first::2], rtol) for first in (0, 1)]
    return [each for pair in zip(*halves, strict=True) for each in pair]


def _row(engine: str, method: str, rtol: float, errors: list[Errors]) -> dict[str, Any]:
    at_times, at_ends, strict = (
        np.array([getattr(each, key) for each in errors])
        for key in ("at_times", "at_ends", "strict")
    )
    return {
        "engine": engine, "method": method, "rtol": rtol, "n": len(errors), **quantiles(at_times),
        "within": float((at_times <= ALLOWED).mean()),
        "strictly_within": float((strict <= ALLOWED).mean()),
        "strictly_largest": float(strict.max()),
        "largest_at_ends": float(at_ends.max()),
        "absolute": float(max(each.absolute for each in errors)),
    }  # fmt: skip


def _slopes(absolute: dict[tuple[str, str, float], list[float]]) -> list[dict[str, Any]]:
    """Return by which power of the tolerance errors grow, over all tolerances, case by case."""
    found, tolerances = [], sorted((USUAL, *OTHERS))
    for engine, method in dict.fromkeys(key[:2] for key in absolute):
        if engine == "taylor":
            continue
        all_errors = [absolute[engine, method, rtol] for rtol in tolerances]
        n = min(map(len, all_errors))  # the first cases are the same at all tolerances
        logs = np.log10([each[:n] for each in all_errors])
        slopes = np.polyfit(np.log10(tolerances), logs, 1)[0]
        low, middle, high = np.quantile(slopes, [0.1, 0.5, 0.9])
        found.append({"engine": engine, "method": method, "q10": float(low),
                      "median": float(middle), "q90": float(high)})  # fmt: skip
    return found


def _estimates(studies: list[tuple[str, Study]]) -> list[dict[str, Any]]:
    """Return, by kind of case and engine, which runs cannot hold the bound and which say so."""
    runs, found = estimates(studies), []
    for kind, engine in dict.fromkeys((each["kind"], each["engine"]) for each in runs):
        own = [each for each in runs if (each["kind"], each["engine"]) == (kind, engine)]
        large = [each["true"] > ALLOWED for each in own]
        said = [each["says_so"] for each in own]
        ratios = np.array([each["estimated"] / each["true"] for each in own])
        found.append({
            "kind": kind, "engine": engine, "n": len(own), "n_large": sum(large),
            "n_said": sum(a and b for a, b in zip(large, said, strict=True)),
            "n_false": sum(b and not a for a, b in zip(large, said, strict=True)),
            "largest": max(each["true"] for each in own),
            "lowest_ratio": float(ratios.min()), "highest_ratio": float(ratios.max()),
            "n_beyond_growth": sum(each["in_units"] > ALLOWED for each in own),
            "n_beyond_said": sum(
                each["in_units"] > ALLOWED and each["says_so"] for each in own
            ),
        })  # fmt: skip
        print(found[-1], flush=True)
    return found
