"""What every test shares: no window opens, no figure outlives its test, no deadline flickers."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

# By the environment, so that commands run by a test inherit it and matplotlib loads only if used.
os.environ["MPLBACKEND"] = "Agg"

# No deadline: the first example of a test may compile. On CI the same examples run every time, so
# that a change is judged by what it changed; at home new ones are tried.
settings.register_profile("home", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "home")


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close("all")
