"""Machine code in the words of Python: whatever is combined, in one lane or several."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mirrorsys.kernels._code import WORD, Code, Memory


@pytest.mark.parametrize("lanes", [1, 2, 8])
def test_a_choice_has_the_kind_of_what_is_chosen(lanes: int, computed: Callable[..., None]) -> None:
    """Of two bare numbers, of a number and a vector, of words."""
    x = np.linspace(-1.0, 1.0, lanes)
    found, words = np.empty((4, lanes)), np.array([5, 0, 0, 0, 0, 0, 0, 0])

    def write(code: Code, given: Memory, out: Memory, whole: Memory) -> None:
        mask = given[0] > 0.0
        out[0] = code.choose(mask, 3.0, -4.0)
        out[1] = code.choose(mask, given[0], 7.0)
        out[2] = code.choose(mask, 7.0, given[0])
        out[3] = code.choose(mask, given[0], 2.0 * given[0])
        count = Memory(code, whole.address, WORD)
        count[1] = code.choose(count[0] > 4, count[0], 9)
        count[2] = code.choose(count[0] > 5, count[0], 9)
        count[3] = code.choose(count[0] > 4, 8, count[0])

    computed(write, x, found, words, lanes=lanes)
    mask = x > 0
    expected = [np.where(mask, 3, -4), np.where(mask, x, 7), np.where(mask, 7, x),
                np.where(mask, x, 2 * x)]  # fmt: skip
    assert found.tolist() == [row.tolist() for row in expected]
    assert words[:4].tolist() == [5, 5, 9, 8]


@pytest.mark.parametrize("lanes", [1, 2, 8])
def test_functions_of_vectors_and_of_single_lanes(
    lanes: int, computed: Callable[..., None]
) -> None:
    """Both in one function: each is called for what it is."""
    x = np.linspace(-1.0, 3.0, lanes)
    found, alone = np.empty((4, lanes)), np.empty(8)

    def write(code: Code, given: Memory, out: Memory, single: Memory) -> None:
        for to, value in ((out, given[0]), (single.lane, given.lane[0])):
            to[0] = code.abs(value)
            to[1] = code.sqrt(code.abs(value))
            to[2] = code.largest(value, 0.5)
            to[3] = code.least(value, 0.5)

    computed(write, x, found, alone, lanes=lanes)
    expected = [abs(x), np.sqrt(abs(x)), np.maximum(x, 0.5), np.minimum(x, 0.5)]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(alone[:4], np.array(expected)[:, 0])


def test_of_a_number_and_none_the_number_is_larger_and_lesser(
    computed: Callable[..., Any],
) -> None:
    x, found = np.array([np.nan, 2.0]), np.empty((2, 2))

    def write(code: Code, given: Memory, out: Memory) -> None:
        out[0], out[1] = code.largest(given[0], 1.0), code.least(given[0], 1.0)

    computed(write, x, found)
    assert found.tolist() == [[1.0, 2.0], [1.0, 1.0]]
