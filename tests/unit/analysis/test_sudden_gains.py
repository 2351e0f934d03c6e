"""Sudden gains by their three criteria."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import mirrorsys as ms
from mirrorsys.analysis import sudden_gains

STEADY = [30.0, 31, 29, 15, 14, 16]


def test_a_gain_is_found_where_it_is() -> None:
    (gain,) = sudden_gains([STEADY, [30.0] * 6]).to_dict("records")
    assert (gain["person"], gain["session"], gain["before"], gain["after"]) == (0, 2, 29, 15)
    pooled = (np.var([30, 31, 29], ddof=1) + np.var([15, 14, 16], ddof=1)) / 2
    assert gain["t"] == pytest.approx((30 - 15) / np.sqrt(pooled * 2 / 3))


@pytest.mark.parametrize(
    ("scores", "why"),
    [
        ([30, 31, 29, 23, 22, 24], "6 points are too few"),
        ([40, 41, 39, 31, 32, 30], "8 points are not a quarter"),
        ([30, 12, 29, 15, 28, 9], "it does not last: t is too small"),
        ([30, 15, 14, 16], "there is one score before"),
        ([30, 31, np.nan, 15, 14, 16], "the score before is missing"),
        ([30, 31, 29, 15, np.nan, np.nan], "there is one score after"),
    ],
)
def test_what_is_no_gain(scores: list[float], why: str) -> None:
    assert sudden_gains([scores]).empty, why


def test_fewer_scores_need_a_larger_t() -> None:
    """t = 3.08 at four scores is over the value for six, not over its own."""
    four = [30.0, 22, 10, 18]
    assert sudden_gains([four]).empty
    assert len(sudden_gains([[30.0, 29.5, 10, 10.5]])) == 1


def test_scores_without_spread() -> None:
    assert sudden_gains([[30.0, 30, 10, 10]]).t.tolist() == [np.inf]


def test_criteria_can_be_changed() -> None:
    small = [[10.0, 10.5, 9.5, 6, 5.5, 6.5]]
    assert sudden_gains(small).empty
    assert len(sudden_gains(small, drop=3)) == 1
    assert sudden_gains(small, drop=3, share=0.5).empty


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"scores": [1, 2, 3]}, r"`scores` has shape \(3,\); give one row a person"),
        ({"scores": [STEADY], "drop": 0}, "`drop` is 0; give a positive number"),
        ({"scores": [STEADY], "share": 2}, "`share` is 2; give a number from 0 to 1"),
    ],
)
def test_bad_calls_are_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sudden_gains(**arguments)


def test_the_patients_of_the_package_suddengains() -> None:
    """Two in five have one, as published for cognitive therapy (Tang and DeRubeis 1999)."""
    (example,) = ms.plot.gallery(["sudden_gains"])
    patients = pd.read_csv(example.module().PATIENTS)
    gains = sudden_gains(patients[[f"bdi_s{k}" for k in range(1, 13)]])
    assert (len(gains), gains.person.nunique(), len(patients)) == (27, 17, 43)
