"""All properties that any system can be asked: one after the other, or as tests of pytest."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar

from mirrorsys._system import System, check_system
from mirrorsys.testing._box import check_bounded, check_box_invariant
from mirrorsys.testing._laws import check_engine_agreement, check_semigroup
from mirrorsys.testing._outcome import Outcome, PropertyError, check_options
from mirrorsys.testing._pointwise import check_jacobian
from mirrorsys.testing._rest import check_equilibria_complete, check_stability_matches_flow
from mirrorsys.testing._steps import check_step_independence
from mirrorsys.testing._units import check_time_rescaling

__all__ = ["check_all", "examine", "print_report", "properties_of", "stability_suite"]

T = TypeVar("T", bound=type)
Check = Callable[..., Outcome]

CHECKS: tuple[Check, ...] = (
    check_box_invariant,
    check_bounded,
    check_jacobian,
    check_equilibria_complete,
    check_stability_matches_flow,
    check_semigroup,
    check_time_rescaling,
    check_engine_agreement,
    check_step_independence,
)


def properties_of(system: System, skip: Collection[str] = ()) -> dict[str, Check]:
    """Return the properties that a system can be asked, by name, without ``check_``.

    Raises
    ------
    ValueError
        If `skip` names none of them.
    """
    check_system(system)
    named = {each.__name__.removeprefix("check_"): each for each in CHECKS}
    if isinstance(skip, str) or (unknown := sorted(set(skip) - set(named))):
        wrong = skip if isinstance(skip, str) else unknown
        raise ValueError(f"`skip` names {wrong!r}; give a list of some of {list(named)}.")
    is_noisy = any(amplitude != 0 for amplitude in system.diffusion)
    absent = set(skip) | (set() if is_noisy else {"step_independence"})
    return {name: check for name, check in named.items() if name not in absent}


def examine(
    system: System,
    *,
    params: Mapping[str, float] | None = None,
    skip: Collection[str] = (),
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Iterator[Outcome]:
    """Return the outcome of one property after the other; failing ones raise nothing.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`.
    skip : collection of str
        Properties to leave out, by name without ``check_``.

    Yields
    ------
    Outcome

    Raises
    ------
    ValueError
        If an argument does not fit.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import examine
    >>> cubic = ms.System("cubic", {"x": "x - x**3"}, box={"x": (-2, 2)})
    >>> outcomes = {each.name: each.status for each in examine(cubic, n_cases=5)}
    >>> outcomes["box_invariant"], outcomes["time_rescaling"]
    ('holds', 'undecided')
    """
    check_options(profile, seed)
    checks = properties_of(system, skip)

    def outcomes() -> Iterator[Outcome]:
        for check in checks.values():
            try:
                yield check(system, params=params, profile=profile, n_cases=n_cases, seed=seed)
            except PropertyError as error:
                yield error.outcome

    return outcomes()


def print_report(system: System, **options: Any) -> bool:
    """Print the outcome of one property after the other, as `examine` finds them.

    Parameters
    ----------
    system : System
    **options
        Those of `examine`.

    Returns
    -------
    bool
        Whether none fails.
    """
    outcomes = examine(system, **options)
    print(
        f"{system.name}: profile {options.get('profile', 'quick')}, seed {options.get('seed', 0)}"
    )
    failures = []
    for each in outcomes:
        print(f"  {each.line} ({each.seconds:.1f} s)", flush=True)
        failures += [each.failure] if each.failure else []
    for text in failures:
        print(text)
    return not failures


def check_all(
    system: System,
    *,
    params: Mapping[str, float] | None = None,
    skip: Collection[str] = (),
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> tuple[Outcome, ...]:
    """Check every property that any system should have.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`.
    skip : collection of str
        Properties to leave out, by name without ``check_``.

    Returns
    -------
    tuple of Outcome
        One for each property; some may be undecided, for the reasons they give.

    Raises
    ------
    PropertyError
        With every property that fails.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_all
    >>> cubic = ms.System("cubic", {"x": "x - x**3"}, box={"x": (-2, 2)})
    >>> len(check_all(cubic, n_cases=5))
    8
    """
    __tracebackhide__ = True
    found = tuple(
        examine(system, params=params, skip=skip, profile=profile, n_cases=n_cases, seed=seed)
    )
    if failed := [each for each in found if each.failure]:
        raise PropertyError(*failed)
    return found


def stability_suite(
    system: System,
    *,
    params: Mapping[str, float] | None = None,
    skip: Collection[str] = (),
    n_cases: int | None = None,
    seed: int = 0,
) -> Callable[[T], T]:
    """Give a test class of pytest one test for each property.

    The profile is that of ``pytest --mirrorsys-profile=quick|thorough``. A test whose property
    stays undecided is skipped, with the reason. A test that the class has already is kept.

    Parameters
    ----------
    system, params, n_cases, seed
        As in `check_box_invariant`.
    skip : collection of str
        Properties to leave out, by name without ``check_``.

    Returns
    -------
    callable
        A decorator of a class whose name begins with ``Test``.

    Raises
    ------
    TypeError
        If what is decorated is no class.
    ValueError
        If pytest would not collect it, or an argument does not fit.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import stability_suite
    >>> @stability_suite(ms.models.zoo.cusp(), skip=["semigroup"])
    ... class TestCusp:
    ...     def test_something_of_its_own(self): ...
    >>> hasattr(TestCusp, "test_box_invariant"), hasattr(TestCusp, "test_semigroup")
    (True, False)
    """
    checks = properties_of(system, skip)
    check_options("quick", seed)

    def decorated(cls: T) -> T:
        if not inspect.isclass(cls):
            raise TypeError(
                f"stability_suite decorates {cls!r}; put it on a class, such as `class TestModel:`."
            )
        if not cls.__name__.startswith("Test"):
            raise ValueError(
                f"stability_suite decorates class {cls.__name__!r}, which pytest does not collect; "
                f"call it 'Test{cls.__name__}'."
            )
        for name, check in checks.items():
            if f"test_{name}" not in vars(cls):
                options = {"params": params, "n_cases": n_cases, "seed": seed}
                setattr(cls, f"test_{name}", _test(name, check, system, options))
        return cls

    return decorated


def _test(
    name: str, check: Check, system: System, options: Mapping[str, Any]
) -> Callable[[Any, str], None]:
    def test(self: Any, mirrorsys_profile: str) -> None:
        __tracebackhide__ = True
        outcome = check(system, profile=mirrorsys_profile, **options)
        if outcome.status == "undecided":
            import pytest

            pytest.skip(repr(outcome))

    test.__name__, test.__qualname__ = f"test_{name}", f"test_{name}"
    test.__doc__ = f"{name} of {system.name!r}"
    return test
