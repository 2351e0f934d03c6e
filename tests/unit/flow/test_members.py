"""Members: samples against what their methods promise; what is refused."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm, truncnorm

import mirrorsys as ms
from mirrorsys import Parameter, State, System
from mirrorsys.flow._members import checked_members

PLAIN = System(
    "plain", {State("x", 1, range=(0, 2)): "-a*x"},
    [Parameter("a", 0.5, range=(0, 1)), Parameter("b", -2.0), Parameter("c", 0.0),
     Parameter("d", 0.9, range=(0, 1))],
)  # fmt: skip


@pytest.mark.parametrize("power", [0, 1, 3, 6])
def test_a_sobol_sequence_of_a_power_of_two_has_one_value_in_each_part(power: int) -> None:
    n = 2**power
    found = ms.sample(PLAIN, n, {"a": (0, 1), "x": (0, 2)}, seed=3)
    for values in (found.a.values, found.x.values / 2):
        assert sorted(np.floor(values * n)) == list(range(n))


@pytest.mark.parametrize("n", [1, 3, 5, 63])
def test_a_shorter_sobol_sequence_is_the_beginning_of_the_whole_one(n: int) -> None:
    whole = 2 ** int(np.ceil(np.log2(n)))
    short, long = (ms.sample(PLAIN, each, {"a": (0, 1)}, seed=3).a for each in (n, whole))
    assert short.values.tolist() == long.values[:n].tolist()


@pytest.mark.parametrize("n", [1, 2, 7, 50])
def test_a_latin_hypercube_has_one_value_in_each_part(n: int) -> None:
    found = ms.sample(PLAIN, n, {"a": (0, 1), "b": (-1, 4)}, method="latin hypercube", seed=3)
    for values in (found.a.values, (found.b.values + 1) / 5):
        assert sorted(np.floor(values * n)) == list(range(n))


def test_normal_values_are_random_ones_seen_through_the_distribution() -> None:
    def drawn(method: str, **ranges: tuple[float, float]) -> Any:
        return ms.sample(PLAIN, 200, ranges, method=method, seed=7)

    uniform = drawn("random", a=(0, 1), b=(0, 1))
    normal = drawn("normal", a=(0.8, 0.5), b=(-3, 2))
    cut = truncnorm(-0.8 / 0.5, 0.2 / 0.5, loc=0.8, scale=0.5)
    np.testing.assert_allclose(cut.cdf(normal.a), uniform.a, atol=1e-12)
    np.testing.assert_allclose(norm(-3, 2).cdf(normal.b), uniform.b, atol=1e-12)


def test_a_share_is_a_range_around_every_default_that_is_not_zero() -> None:
    found = ms.sample(PLAIN, 4096, 0.25, seed=1)
    assert set(found.data_vars) == {"a", "b", "d"}
    for name, (low, high) in {"a": (0.375, 0.625), "b": (-2.5, -1.5), "d": (0.675, 1)}.items():
        values, part = found[name].values, (high - low) / 4096
        assert low <= values.min() < low + part
        assert high - part < values.max() <= high


@pytest.mark.parametrize("share", [1, 1.0, 5e-324, 1e-3])
def test_shares_up_to_the_whole_are_taken(share: float) -> None:
    assert ms.sample(PLAIN, 2, share, seed=1).sizes == {"member": 2}


@pytest.mark.parametrize("share", [0, -0.1, 1.001, np.nan, np.inf, None, "wide"])
def test_other_shares_are_refused(share: Any) -> None:
    with pytest.raises(ValueError, match=r"`ranges` is .*or a share such as"):
        ms.sample(PLAIN, 2, share, seed=1)


@pytest.mark.parametrize("n", [0, -1, 0.5, 1.5, np.inf, np.nan, "5", None])
def test_a_sample_has_a_whole_number_of_members(n: Any) -> None:
    assert ms.sample(PLAIN, 3.0, {"a": (0, 1)}, seed=1).member.values.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match=r"^`n` is .*; give a whole number from 1\.$"):
        ms.sample(PLAIN, n, {"a": (0, 1)}, seed=1)


@pytest.mark.parametrize("span", [(1, 1), (1, 0), (np.nan, 1), (0,), 3, None, ("a", "b")])
def test_a_range_has_a_lowest_and_a_highest_value(span: Any) -> None:
    with pytest.raises(ValueError, match=r"`ranges` of 'a' is .*; give its lowest and highest"):
        ms.sample(PLAIN, 2, {"a": span}, seed=1)


@pytest.mark.parametrize("span", [(0.5, 0), (0.5, -1), (0.5, np.inf), (0.5, np.nan)])
def test_a_deviation_is_positive_and_finite(span: Any) -> None:
    with pytest.raises(ValueError, match=r"`ranges` of 'a' is .*; give mean and standard deviati"):
        ms.sample(PLAIN, 2, {"a": span}, method="normal", seed=1)


# ---- members that are given ---------------------------------------------------------------------


def test_what_is_not_given_is_the_default_in_the_order_of_the_system() -> None:
    found = checked_members({"d": [0.0, 1.0, 0.25], "x": [2.0, 0.0, 1.0]}, PLAIN)
    assert len(found) == 3
    assert found.parameters.tolist() == [[0.5, -2, 0, d] for d in (0.0, 1.0, 0.25)]
    assert found.initial.tolist() == [[2], [0], [1]]
    assert found.rest.shape == (3, 0)
    part = found.part(slice(1, 3))
    assert (len(part), part.given["x"].tolist()) == (2, [0, 1])
    assert part.parameters.tolist() == found.parameters[1:].tolist()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"a": [0.0, 1.0, 1.1, 2.0]}, r"^member 2: .*1\.1"),
        ({"a": [0.0, -5e-324]}, "^member 1: "),
        ({"b": [np.nan]}, "^member 0: "),
        ({"b": [0, np.inf]}, "^member 1: "),
        ([], "`members` is empty; give at least one member and one value"),
        (0, "`members` is 0; give at least one"),
        (np.int64(-2), "`members` is -2; give at least one"),
    ],
)
def test_the_first_member_that_does_not_fit_is_told(given: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        checked_members(given, PLAIN)


def test_true_is_no_number_of_members() -> None:
    with pytest.raises(TypeError, match=r"`members` is True; give what mirrorsys.sample makes"):
        checked_members(True, PLAIN)
