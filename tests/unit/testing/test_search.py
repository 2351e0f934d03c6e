"""The search for a counterexample: small, repeatable, at home inside a user's own test."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirrorsys.testing._search import Inconclusive, search


def found(law, cases=None, **options):
    options = {"n_cases": 200, "seed": 0, "size": lambda case: (0, case)} | options
    return search(st.integers(0, 1000) if cases is None else cases, law, **options)


def test_the_smallest_failing_case_is_reported():
    result = found(lambda n: f"{n} is large" if n >= 37 else "")
    assert (result.case, result.why) == (37, "37 is large")
    assert result.n_cases >= 1


def test_a_law_that_holds_has_no_case():
    result = found(lambda n: "")
    assert (result.case, result.why, result.n_cases) == (None, "", 200)


def test_equal_seeds_try_equal_cases_and_others_do_not():
    tried = []
    for seed in (1, 1, 2):
        tried.append([])
        found(lambda n: tried[-1].append(n) or "", seed=seed)
    assert tried[0] == tried[1] != tried[2]


def test_cases_that_say_nothing_are_counted_by_reason():
    def law(n):
        if n % 2:
            raise Inconclusive("odd")
        return ""

    result = found(law)
    assert result.n_cases + result.inconclusive["odd"] == 200
    assert min(result.n_cases, result.inconclusive["odd"]) > 20


def test_shrinking_ends_after_a_number_of_cases_with_the_smallest_seen():
    cases = st.lists(st.integers(0, 10**6), min_size=30, max_size=30).map(tuple)
    n_run = []

    def law(case):
        n_run.append(case)
        return "large" if sum(case) > 10**6 else ""

    result = found(law, cases, size=lambda case: (0, sum(case)), most_shrinks=20)
    assert len(n_run) - result.n_cases == 20
    assert result.case == min((c for c in n_run if sum(c) > 10**6), key=sum)


def test_an_error_in_a_law_is_no_counterexample_and_names_the_case():
    with pytest.raises(ZeroDivisionError) as caught:
        found(lambda n: str(1 // n) if n == 0 else "")
    assert caught.value.__notes__[0] == "in the case 0"


@settings(max_examples=5)
@given(st.integers(1, 50))
def test_it_works_inside_a_test_of_hypothesis(limit):
    assert found(lambda n: "large" if n >= limit else "").case == limit


def test_a_law_that_wavers_is_reported_all_the_same():
    """A run at the edge of a tolerance may fail once and hold when repeated."""
    begin, seen = time.perf_counter(), []

    def law(n):
        seen.append(n)
        return "once" if len(seen) == 5 else ""

    result = found(law)
    assert (result.case, result.why) == (seen[4], "once")
    assert time.perf_counter() - begin < 30
