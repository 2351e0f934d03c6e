"""robustness: in how much of the parameter box each claim holds, and what decides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import binomtest, rankdata
from tqdm import tqdm

from mirrorsys import models
from mirrorsys.claims._check import CLAIMS, checked_systems, judged
from mirrorsys.claims._registry import Claim
from mirrorsys.claims._scenarios import ParameterSet, forget
from mirrorsys.flow import IntegrationError, sample
from mirrorsys.flow._progress import is_hidden

__all__ = ["robustness", "robustness_table"]

Array = NDArray[np.float64]
SECONDS_BEFORE_PROGRESS = 2.0
CONFIDENCE = 0.95
COLUMNS = ("value", "margin", "holds", "stands")


def robustness(
    n: int = 128,
    *,
    ranges: Mapping[str, tuple[float, float]] | float = 0.2,
    systems: str | Iterable[str] | None = None,
    seed: int = 0,
    executor: Executor | None = None,
    progress: bool = True,
) -> xr.Dataset:
    """Judge the claims at many parameter sets around the default one.

    Parameters
    ----------
    n : int
        How many sets; a power of 2 keeps the Sobol sequence balanced.
    ranges : mapping of str to (float, float), or float
        As in `mirrorsys.sample`, for the parameters that all persons share; 0.2 means each
        from 20 % below to 20 % above its default. Roles keep what makes them a role.
    systems : str or iterable of str, optional
        As in `check`.
    seed : int
        Of the Sobol sequence.
    executor : concurrent.futures.Executor, optional
        Of processes, to judge several sets at a time; by default one after the other.
    progress : bool
        Whether to show a bar, on a terminal.

    Returns
    -------
    xarray.Dataset
        Along ``set`` and ``claim``: `value`, `margin`, `holds` (the bound is met) and
        `stands` (it is, and every control breaks it, as it must). Along ``claim``: `share` of
        the sets in which it stands, with the ends of its 95 % (Wilson) interval. Along
        ``claim`` and ``parameter``: `influence`, the rank correlation (Spearman) of the
        margin with the parameter. Reported quantities, which have no bound, are left out.

    Raises
    ------
    ValueError
        If an argument does not fit.
    """
    wanted = checked_systems(systems)
    claims = [c for c in CLAIMS if c.system in wanted and c.direction != "reported"]
    members = sample(models.person(), n, ranges, seed=seed)
    names = [str(name) for name in members.data_vars]
    points = np.array([members[name].values for name in names]).T
    sets = [dict(zip(names, row.tolist(), strict=True)) for row in points]
    tables = _judged(sets, tuple(wanted), executor, progress)
    columns: dict[str, Array] = {
        name: np.array([table[name] for table in tables]) for name in COLUMNS
    }
    stands = columns["stands"]
    intervals = [
        binomtest(int(k), len(sets)).proportion_ci(CONFIDENCE, method="wilson")
        for k in stands.sum(axis=0)
    ]
    return xr.Dataset(
        {
            **{name: (("set", "claim"), values) for name, values in columns.items()},
            "share": ("claim", stands.mean(axis=0)),
            "share_low": ("claim", [each.low for each in intervals]),
            "share_high": ("claim", [each.high for each in intervals]),
            "influence": (("claim", "parameter"), _influence(columns["margin"], points)),
            "all_stand": ("set", stands.all(axis=1)),
        },
        {
            "claim": np.arange(len(claims)),
            "system": ("claim", [claim.system for claim in claims]),
            "statement": ("claim", [claim.statement for claim in claims]),
            "parameter": names,
            **{name: ("set", points[:, index]) for index, name in enumerate(names)},
        },
        {"n_sets": n, "ranges": str(ranges), "seed": seed, "interval": f"Wilson, {CONFIDENCE:.0%}"},
    )


def robustness_table(result: xr.Dataset) -> pd.DataFrame:
    """Return one row for each claim: the share in which it stands, and what decides it.

    Parameters
    ----------
    result : Dataset
        As from `robustness`.
    """
    rows = []
    for index in range(result.sizes["claim"]):
        one = result.isel(claim=index)
        influence = one.influence.values
        strongest = np.argsort(-np.abs(influence))[:3]
        rows.append(
            {
                "system": str(one.system.values),
                "statement": str(one.statement.values),
                "share": float(one.share),
                "low": float(one.share_low),
                "high": float(one.share_high),
                "decided by": ", ".join(
                    f"{result.parameter.values[i]} {influence[i]:+.2f}" for i in strongest
                ),
            }
        )
    return pd.DataFrame(rows)


def _judged(
    sets: list[dict[str, float]],
    systems: tuple[str, ...],
    executor: Executor | None,
    progress: bool,
) -> list[dict[str, Array]]:
    work = [(each, systems) for each in sets]
    found = map(judge, work) if executor is None else executor.map(judge, work)
    bar = tqdm(
        found, total=len(sets), desc="robustness", unit="set", leave=False,
        delay=SECONDS_BEFORE_PROGRESS, disable=is_hidden(progress),
    )  # fmt: skip
    return list(bar)


def judge(work: tuple[Mapping[str, float], tuple[str, ...]]) -> dict[str, Array]:
    """Return how every claim that has a bound fares at one parameter set."""
    params, systems = work
    parameters = ParameterSet.of(params)
    rows = [
        _judged_claim(claim, parameters)
        for claim in CLAIMS
        if claim.system in systems and claim.direction != "reported"
    ]
    forget()
    return {
        name: np.array(column)
        for name, column in zip(COLUMNS, zip(*rows, strict=True), strict=True)
    }


def _judged_claim(claim: Claim, parameters: ParameterSet) -> tuple[float, float, bool, bool]:
    try:
        row = judged(claim, parameters)
    except IntegrationError:  # nothing can be said of it with this set: it does not stand
        return np.nan, np.nan, False, False
    holds = bool(row["holds"])
    return row["value"], row["margin"], holds, holds and row["control_broken"] is not False


def _influence(margins: Array, points: Array) -> Array:
    """Return rank correlations, shape (n_claim, n_parameter); 0 where a margin never varies."""
    ranks = rankdata(points, axis=0)
    found = np.zeros((margins.shape[1], points.shape[1]))
    for claim, margin in enumerate(margins.T):
        ok = np.isfinite(margin)
        if ok.sum() > 2 and np.ptp(margin[ok]) > 0:
            own = rankdata(margin[ok])
            found[claim] = [np.corrcoef(own, rankdata(column[ok]))[0, 1] for column in ranks.T]
    return found
