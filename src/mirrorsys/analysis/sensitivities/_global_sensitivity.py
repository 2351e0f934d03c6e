"""Global sensitivity: how much of an outcome's spread over a box each quantity accounts for.

Designs and estimates are SALib's; the runs are an ensemble.
"""

from __future__ import annotations

import json
import math
import os
import warnings
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._system import System, check_system
from mirrorsys._values import as_number
from mirrorsys.analysis.sensitivities._designs import (
    ESTIMATES,
    Design,
    Estimate,
    design_of,
    salib_of,
)
from mirrorsys.flow import ensemble
from mirrorsys.flow._chunks import output_shape
from mirrorsys.flow._members import full_ranges
from mirrorsys.flow._problem import Noise
from mirrorsys.flow._simulate import checked_protocol
from mirrorsys.flow.outputs import Output, checked_outputs
from mirrorsys.protocols import Phase, Protocol

__all__ = ["global_sensitivity"]

Array = NDArray[np.float64]


def global_sensitivity(
    system: System,
    ranges: Mapping[str, tuple[float, float]] | float,
    outcome: Output | Mapping[str, Output],
    *,
    n: int,
    method: str = "sobol",
    seed: int,
    confidence: float = 0.95,
    protocol: Protocol | Phase | None = None,
    duration: float | None = None,
    noise: Noise | None = None,
    engine: str = "auto",
    rtol: float = 1e-10,
    atol: float = 1e-12,
    max_steps: int = 1_000_000,
    executor: Executor | None = None,
    store: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> xr.Dataset:
    """Attribute the spread of an outcome over a box to the quantities that span it.

    Sobol indices are shares of the outcome's variance: first order, by the quantity alone;
    total order, by it and all its interactions. Morris' elementary effects are differences of
    the outcome for steps of one quantity, over the step as a part of its range: cheaper, for
    screening; a large sigma tells of interactions or curvature.

    Parameters
    ----------
    system : System
    ranges : mapping of str to (float, float), or float
        As in `mirrorsys.sample`: lowest and highest value of parameters, inputs at rest and
        states at the beginning, drawn uniformly and independently; 0.2 means all parameters
        from 20 % below to 20 % above their defaults.
    outcome : Output or mapping of str to Output
        As from `mirrorsys.outputs`; each must give one number a member. A single one is
        called ``"outcome"``.
    n : int
        Size of the design, for d quantities: with "sobol" a power of 2, and n (d + 2) runs;
        with "morris" the number of trajectories, and n (d + 1) runs.
    method : {"sobol", "morris"}
    seed : int
        Of design, bootstrap and noise.
    confidence : float
        Level of the confidence intervals, by bootstrap over the design.
    protocol, duration, noise, engine, rtol, atol, max_steps, executor, store, progress
        As in `ensemble`.

    Returns
    -------
    xarray.Dataset
        Along (outcome, parameter) `first_order` and `total_order`, or `mu_star`, `mu` and
        `sigma`, with ``_confidence``, the half-width of the interval. Along outcome its `mean`
        and `variance` over the design, `n_failed` and `n_used` (runs), and a `status` in
        words. Where a run fails or has no outcome, its block of the design (of d + 2 or d + 1
        runs) is left out; beyond half of all blocks nothing is estimated.

    Raises
    ------
    ImportError
        If SALib is not installed.
    ValueError
        If an argument does not fit.

    Warns
    -----
    UserWarning
        If runs were left out: the box is then not covered evenly.

    References
    ----------
    .. [1] A. Saltelli et al., "Variance based sensitivity analysis of model output", Comput.
       Phys. Commun. 181 (2010) 259-270.
    .. [2] F. Campolongo, J. Cariboni, A. Saltelli, "An effective screening design for
       sensitivity analysis of large models", Environ. Model. Softw. 22 (2007) 1509-1518.
    .. [3] T. Iwanaga, W. Usher, J. Herman, "Toward SALib 2.0", Socio-Environ. Syst. Model. 4
       (2022) 18155.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> ramp = ms.System("ramp", {"x": "3*a + 4*b"}, {"a": 0, "b": 0})  # x(1) = 3 a + 4 b
    >>> found = ms.global_sensitivity(
    ...     ramp,
    ...     {"a": (0, 1), "b": (0, 1)},
    ...     ms.outputs.at_times("x", [1]),
    ...     n=256,
    ...     seed=1,
    ...     duration=1,
    ... )  # shares of the variance: 9 and 16 in 25
    >>> found.total_order.sel(outcome="outcome").values.round(2)
    array([0.36, 0.64])
    """
    check_system(system)
    salib = salib_of(method)
    spans = full_ranges(system, ranges, method)
    if not spans:
        raise ValueError(f"`ranges` is {ranges!r}, which names nothing; give one range at least.")
    wanted = {"outcome": outcome} if isinstance(outcome, Output) else outcome
    if not isinstance(wanted, Mapping):
        raise TypeError(
            f"`outcome` is {outcome!r}; give what mirrorsys.outputs makes, such as "
            "outputs.at_times('client.pathway', [50]), or a mapping from name to such."
        )
    outcomes = checked_outputs(wanted, system)
    course = checked_protocol(protocol, duration, None)
    _check_scalar(outcomes, course)
    _check_options(n, method, seed, confidence)
    design = design_of(salib, spans, int(n), method, int(seed), float(confidence))
    runs = ensemble(
        system, pd.DataFrame(design.points, columns=list(spans)), protocol=course,
        outputs=outcomes, noise=noise, seed=None if noise is None else int(seed), engine=engine,
        rtol=rtol, atol=atol, max_steps=max_steps, executor=executor, store=store,
        progress=progress,
    )  # fmt: skip
    return _dataset(runs, design, [design.estimates(runs, name) for name in outcomes], system)


def _dataset(runs: xr.Dataset, design: Design, found: list[Estimate], system: System) -> xr.Dataset:
    names, pair = design.problem["names"], ("outcome", "parameter")
    low, high = np.array(design.problem["bounds"], dtype=float).T
    variables: dict[str, Any] = {
        name: (pair, np.array([each.measures[name] for each in found]), {"long_name": words})
        for name, (_, words) in ESTIMATES[design.method].items()
    }
    for name in ("mean", "variance", "n_failed", "n_used"):
        variables[name] = ("outcome", np.array([getattr(each, name) for each in found]))
    statuses = np.array([each.status for each in found], dtype=str)
    if lost := [each for each in found if each.n_failed]:
        told = "; ".join(f"{each.outcome}: {each.status}" for each in lost)
        warnings.warn(f"sensitivity is estimated from a part of its design. {told}.", stacklevel=3)
    kept = ("system", "protocol", "outputs", "engine", "engine_choice", "method", "rtol", "atol",
            "versions", "tolerance_check")  # fmt: skip
    attributes = {key: runs.attrs[key] for key in kept if key in runs.attrs}
    return xr.Dataset(
        variables,
        {
            "outcome": [each.outcome for each in found],
            "status": ("outcome", statuses),
            "parameter": list(names),
            "parameter_low": ("parameter", low),
            "parameter_high": ("parameter", high),
            "parameter_unit": ("parameter", [system[name].unit for name in names]),
        },
        attributes
        | {
            "title": f"{system.name}: global sensitivity", "design": design.method,
            "confidence": design.confidence, "n_runs": len(design.points),
            "ranges": json.dumps({k: [a, b] for k, a, b in zip(names, low, high, strict=True)}),
        },
    )  # fmt: skip


# ---- checks ------------------------------------------------------------------------------


def _check_scalar(outcomes: Mapping[str, Output], course: Protocol) -> None:
    for name, output in outcomes.items():
        if (count := math.prod(output_shape(output, course))) != 1:
            raise ValueError(
                f"`outcome` {name!r} gives {count} numbers a member, and one is needed; give it "
                "one time, outputs.at_times(quantity, [time]), or a window."
            )
    if not outcomes:
        raise ValueError("`outcome` is empty; give at least one Output.")


def _check_options(n: int, method: str, seed: int, confidence: float) -> None:
    number = as_number(n)
    if not (2 <= number < math.inf and number.is_integer()):
        raise ValueError(f"`n` is {n!r}; give a whole number from 2.")
    if method == "sobol" and int(n) & (int(n) - 1):
        near = 2 ** math.ceil(math.log2(n))
        raise ValueError(f"`n` is {n}; a Sobol design needs a power of 2, such as {near}.")
    if not (0 <= as_number(seed) < math.inf and as_number(seed).is_integer()):
        raise ValueError(f"`seed` is {seed!r}; give a whole number from 0.")
    if not 0 < as_number(confidence) < 1:
        raise ValueError(f"`confidence` is {confidence!r}; give a level such as 0.95.")
