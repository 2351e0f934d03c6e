"""The package as a whole: its names, and how lightly it loads."""

import importlib
import subprocess
import sys

import pytest

import mirrorsys as ms

HEAVY = ["numpy", "scipy", "sympy", "matplotlib", "pandas", "xarray", "numba", "flint", "h5netcdf"]


def run(code: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = run(f"import sys, mirrorsys; print([m for m in {HEAVY} if m in sys.modules])")
    assert loaded == "[]"


def test_a_simulation_does_not_load_matplotlib_or_hypothesis() -> None:
    loaded = run(
        "import os, sys; os.environ['MIRRORSYS_BACKEND'] = 'numpy'; import mirrorsys as ms\n"
        "ms.simulate(ms.System('s', {'x': '-x'}), duration=1)\n"
        "print([m for m in ('matplotlib', 'hypothesis', 'numba', 'pytest') if m in sys.modules])"
    )
    assert loaded == "[]"


def test_every_public_name_is_there() -> None:
    assert set(ms.__all__) <= set(dir(ms))
    for name in ms.__all__:
        assert getattr(ms, name) is not None


@pytest.mark.parametrize(
    "name",
    ["models", "protocols", "symbolic", "kernels", "flow", "analysis", "claims", "plot", "testing"],
)
def test_every_package_says_what_is_public(name: str) -> None:
    package = importlib.import_module(f"mirrorsys.{name}")
    assert package.__doc__
    for public in package.__all__:
        assert getattr(package, public) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'mirrorsys' has no attribute 'simulat'"):
        ms.simulat  # noqa: B018


def test_the_version_is_the_installed_one() -> None:
    from importlib.metadata import version

    assert ms.__version__ == version("mirrorsys")


VERBS = [
    ms.equilibria,
    ms.kernels.kernel,
    ms.kernels.vector_field,
    *(getattr(ms.symbolic, name) for name in (
        "branch", "characteristic_polynomial", "distress_reproduction_number", "divergence",
        "eliminant", "equilibrium_equations", "fold_condition", "hessian", "hopf_condition",
        "invariant_box", "jacobian", "nullclines",
    )),
]  # fmt: skip


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_what_is_no_system_is_refused_by_name(verb) -> None:
    more = ("stressor",) if verb.__name__ == "branch" else ()
    with pytest.raises(
        TypeError, match=r"`(system|network)` is 'client' of type str; give a System"
    ):
        verb("client", *more)


def test_only_a_system_is_simulated() -> None:
    with pytest.raises(TypeError, match=r"`system` is 'client' of type str; give a System"):
        ms.simulate("client", duration=1)  # type: ignore[arg-type]
