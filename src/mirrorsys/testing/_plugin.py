"""The pytest plugin: an option and a fixture. It loads neither Hypothesis nor the library."""

from __future__ import annotations

import pytest

__all__ = ["mirrorsys_profile", "pytest_addoption"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--mirrorsys-profile``."""
    parser.getgroup("mirrorsys").addoption(
        "--mirrorsys-profile",
        choices=("quick", "thorough"),
        default="quick",
        help="how many cases mirrorsys.testing tries of each property (default: quick)",
    )


@pytest.fixture(scope="session")
def mirrorsys_profile(request: pytest.FixtureRequest) -> str:
    """Return the profile that the command line asks for."""
    return str(request.config.getoption("--mirrorsys-profile"))
