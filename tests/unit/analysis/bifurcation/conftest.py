"""What tests of this folder share: systems with closed forms, each followed once."""

import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import cycle_branch, equilibrium_branches, periodic_orbit


@pytest.fixture(scope="session")
def cubic():
    """Folds at mu = -2/(3 sqrt 3) and 2/(3 sqrt 3), both at x = -1/sqrt 3 and 1/sqrt 3."""
    return ms.System("cubic", {"x": "mu + x - x**3"}, {"mu": 0}, box={"x": (-2, 2)})


@pytest.fixture(scope="session")
def cubic_branches(cubic):
    return equilibrium_branches(cubic, "mu", (-1, 1))


@pytest.fixture(scope="session")
def circle():
    """A cycle of radius sqrt(mu) and period 2 pi / w around the origin, l1 = -2 / w."""
    return ms.System(
        "circle",
        {"x": "mu*x - w*y - x*(x**2 + y**2)", "y": "w*x + mu*y - y*(x**2 + y**2)"},
        {"mu": 0.25, "w": 2},
        box={"x": (-2, 2), "y": (-2, 2)},
        initial={"x": 0.3},
    )


@pytest.fixture(scope="session")
def circle_branches(circle):
    return equilibrium_branches(circle, "mu", (-1, 1))


@pytest.fixture(scope="session")
def circle_cycles(circle, circle_branches):
    return cycle_branch(circle, circle_branches["H1"], "mu", (-1, 1))


@pytest.fixture(scope="session")
def circle_orbit(circle):
    return periodic_orbit(circle)


@pytest.fixture(scope="session")
def oscillator():
    """Van der Pol's, with a period and multipliers that only numbers can tell."""
    return ms.models.zoo.van_der_pol()
