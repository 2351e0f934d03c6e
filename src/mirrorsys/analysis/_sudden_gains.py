"""Sudden gains: large, lasting drops of a score from one session to the next."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

__all__ = ["sudden_gains"]

Array = NDArray[np.float64]
SIDE = 3  # scores before, and after
CRITICAL = {6: 2.776, 5: 3.182, 4: 4.303}  # t at 5 % two-sided, by the number of scores


def sudden_gains(scores: ArrayLike, *, drop: float = 7.0, share: float = 0.25) -> pd.DataFrame:
    """Find sudden gains by the three criteria of Tang and DeRubeis.

    A gain lies between two successive sessions if the score falls there (1) by at least
    `drop` points and (2) by at least `share` of the score before, and (3) the mean of up to
    three scores before it, that of the session before included, is above that of up to three
    after it by a two-sample t statistic over 2.776, 3.182 or 4.303 for 6, 5 or 4 scores.

    Parameters
    ----------
    scores : array_like, shape (n_person, n_session)
        Higher is worse, as in the Beck Depression Inventory; NaN where a score is missing.
    drop : float
        In points of the score; 7 is for the Beck Depression Inventory.
    share : float
        Of the score before, from 0 to 1.

    Returns
    -------
    pandas.DataFrame
        One row for each gain: `person` and `session` (positions, the session being the one
        before the gain), the scores `before` and `after`, `size` and `t`.

    Raises
    ------
    ValueError
        If `scores` has not two axes, or a criterion is out of range.

    Notes
    -----
    Some programs leave out the factor sqrt(1/n + 1/m) of the t statistic, which makes the
    third criterion stricter. With a spread of zero on both sides t is infinite.

    References
    ----------
    .. [1] T. Z. Tang, R. J. DeRubeis, "Sudden gains and critical sessions in
       cognitive-behavioral therapy for depression", J. Consult. Clin. Psychol. 67 (1999) 894.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> ms.analysis.sudden_gains([[30, 31, 29, 15, 14, 16]])[["session", "size"]]
       session  size
    0        2  14.0
    """
    table = np.asarray(scores, dtype=float)
    if table.ndim != 2:
        raise ValueError(
            f"`scores` has shape {table.shape}; give one row a person, one column a session."
        )
    if not drop > 0:
        raise ValueError(f"`drop` is {drop!r}; give a positive number of points.")
    if not 0 <= share <= 1:
        raise ValueError(f"`share` is {share!r}; give a number from 0 to 1.")
    rows = [
        {"person": person, "session": session, **found}
        for person, own in enumerate(table)
        for session in range(own.size - 1)
        if (found := _gain(own, session, drop, share)) is not None
    ]
    columns = ["person", "session", "before", "after", "size", "t"]
    return pd.DataFrame(rows, columns=columns)


def _gain(own: Array, session: int, drop: float, share: float) -> dict[str, float] | None:
    before, after = own[session], own[session + 1]
    size = before - after
    if not (size >= drop and size >= share * before):  # not so either if a score is missing
        return None
    sides = own[max(session + 1 - SIDE, 0) : session + 1], own[session + 1 : session + 1 + SIDE]
    pre, post = (side[np.isfinite(side)] for side in sides)
    if min(pre.size, post.size) < 2:
        return None
    t = _t(pre, post)
    if not t > CRITICAL[pre.size + post.size]:
        return None
    return {"before": before, "after": after, "size": size, "t": t}


def _t(pre: Array, post: Array) -> float:
    n, m = pre.size, post.size
    pooled = (pre.var(ddof=1) * (n - 1) + post.var(ddof=1) * (m - 1)) / (n + m - 2)
    difference = float(pre.mean() - post.mean())
    return difference / np.sqrt(pooled * (1 / n + 1 / m)) if pooled > 0 else np.inf * difference
