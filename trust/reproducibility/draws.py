"""Draws: a law tried on a fixed number of random cases, the same ones every time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

__all__ = ["law_runs"]

SECONDS = 30  # between two lines of progress


def law_runs(law: Callable[..., None], n: int, *drawn: st.SearchStrategy[Any]) -> None:
    """Call `law` with n draws of strategies."""
    done, told = 0, time.monotonic()

    @settings(
        max_examples=n, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(st.tuples(*drawn))
    def run(values: tuple[Any, ...]) -> None:
        nonlocal done, told
        law(*values)
        done += 1
        if time.monotonic() - told > SECONDS:
            told = time.monotonic()
            print(f"  {done} of {n}", flush=True)

    run()
