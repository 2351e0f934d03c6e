"""ROC: how many true and how many false alarms each threshold of an indicator gives."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

__all__ = ["roc"]


def roc(positives: ArrayLike, negatives: ArrayLike) -> xr.Dataset:
    """Compare an indicator where something came with the same where nothing did.

    Parameters
    ----------
    positives, negatives : array_like, shape (n,)
        The indicator's values, high ones meaning alarm; their numbers may differ.

    Returns
    -------
    xarray.Dataset
        Along ``threshold``, falling from infinity: the share of positives and that of
        negatives at or above it, `true_positive_rate` and `false_positive_rate`; `area` under
        the curve, 1/2 for an indicator that tells nothing, with its standard error
        `area_error` [1]_.

    Raises
    ------
    ValueError
        If either has fewer than two values, or holds any that is not a number.

    References
    ----------
    .. [1] J. A. Hanley, B. J. McNeil, "The meaning and use of the area under a receiver
       operating characteristic (ROC) curve", Radiology 143 (1982) 29.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> float(ms.analysis.roc([0.4, 0.6, 0.9], [0.1, 0.5, 0.2]).area.round(3))
    0.889
    """
    hits, others = _checked("positives", positives), _checked("negatives", negatives)
    thresholds = np.concatenate([[np.inf], np.unique([*hits, *others])[::-1]])
    true, false = (
        1 - np.searchsorted(np.sort(own), thresholds, side="left") / own.size
        for own in (hits, others)
    )
    area = float(((true[1:] + true[:-1]) / 2 * np.diff(false)).sum())
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area)
    spread += (hits.size - 1) * (q1 - area**2) + (others.size - 1) * (q2 - area**2)
    return xr.Dataset(
        {
            "true_positive_rate": ("threshold", true, {"units": "1"}),
            "false_positive_rate": ("threshold", false, {"units": "1"}),
            "area": ((), area, {"units": "1"}),
            "area_error": ((), float(np.sqrt(spread / (hits.size * others.size))), {"units": "1"}),
        },
        {"threshold": thresholds},
        {"n_positives": hits.size, "n_negatives": others.size},
    )


def _checked(label: str, given: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(given, dtype=float)
    if values.ndim != 1 or values.size < 2 or np.isnan(values).any():
        raise ValueError(
            f"`{label}` has shape {values.shape} and {int(np.isnan(values).sum())} values that are "
            "no numbers; give one axis of at least two, all of them numbers."
        )
    return values
