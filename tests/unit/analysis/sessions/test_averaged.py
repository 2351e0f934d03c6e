"""The averaged map: closed forms along the frozen path, exact where nothing is fed back."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import expm

import mirrorsys as ms
from mirrorsys.analysis.sessions._averaged import averaged, averaged_system
from mirrorsys.analysis.sessions._session_map import session_map
from mirrorsys.protocols import session_and_gap

Array = NDArray[np.float64]
UNIT = (0.0, 1.0)
BOX = {"r": UNIT, "w": UNIT}
FREE = ms.System(
    "not fed back", {"r": "2*(u - r)", "w": "c*r*(1 - w) - d*w"}, {"c": 0.06, "d": 0.01},
    inputs={"u": 0}, box=BOX,
)  # fmt: skip
FED = FREE.replace(name="fed back", equations={"r": "2*(u*w - r)"})
WEEK = ms.Protocol([ms.Phase(3, {"u": 0.8}, name="session"), ms.Phase(20, name="gap")])
STARTS = np.array([[0.1, 0.3, 0.7]])


def both(system: ms.System, **options: Any) -> tuple[Any, Any]:
    given = {"slow": ["w"], "engine": "scipy", "rtol": 1e-11, "atol": 1e-13}
    return session_map(system, WEEK, **given), averaged(system, WEEK, **given, **options)


def test_without_feedback_it_is_the_full_map() -> None:
    full, short = both(FREE)
    np.testing.assert_allclose(short(STARTS), full(STARTS), atol=1e-10)
    table = short.error_against(full, STARTS)
    np.testing.assert_allclose(table["relative_error"], 0, atol=1e-8)
    assert (short.kind, short.held) == ("averaged", ("w_held",))


@pytest.mark.parametrize("plain", [False, True])
def test_along_the_frozen_path_it_is_the_closed_form(plain: bool) -> None:
    """With a rate c*r - d*w all is linear once the fast equation holds w."""
    system = FED.replace(equations={"w": "c*r - d*w"})
    _, short = both(system, plain=plain)
    c, d = 0.06, 0.01
    for w in STARTS[0]:
        state = np.array([0.0, w, w, 1.0])  # r, w, w held, one
        for duration, u in ((3, 0.8), (20, 0.0)):
            seen = [c, 0, -d, 0] if plain else [c, -d, 0, 0]
            rhs = np.array([[-2, 0, 2 * u, 0], seen, [0] * 4, [0] * 4], dtype=float)
            state = expm(duration * rhs) @ state
        assert short([w])[0] == pytest.approx(state[1], abs=1e-10)


def test_the_error_shrinks_with_the_slowness_and_quadrature_is_worse() -> None:
    errors: dict[bool, list[float]] = {False: [], True: []}
    for factor in (1.0, 0.1):
        slower = FED.replace(parameters={"c": 0.06 * factor, "d": 0.01 * factor})
        for plain, own in errors.items():
            full, short = both(slower, plain=plain)
            own.append(abs(short.error_against(full, [[0.3]])["relative_error"].item()))
    for own in errors.values():
        assert own[0] / own[1] == pytest.approx(10, rel=0.25)  # of first order
    assert errors[True][0] > errors[False][0]


def test_the_new_system_holds_copies_and_leaves_slow_equations_as_they_were() -> None:
    model, held = averaged_system(FED, ("w",), False)
    assert held == ("w_held",)
    assert model.equations["w"] == FED.equations["w"]
    assert {str(each) for each in model.equations["r"].free_symbols} == {"u", "r", "w_held"}
    plain, _ = averaged_system(FED, ("w",), True)
    assert "w" not in {str(each) for each in plain.equations["w"].free_symbols}


def test_a_slow_equation_that_is_not_linear_is_named() -> None:
    curved = FED.replace(equations={"w": "c*r*w**2"})
    with pytest.raises(ValueError, match=r"equation of 'w' is not linear in 'w': its slope"):
        averaged(curved, WEEK, slow=["w"])
    assert averaged(curved, WEEK, slow=["w"], plain=True).kind == "quadrature"


def test_products_of_slow_states_are_not_linear_and_what_cancels_is() -> None:
    system = ms.System("pair", {"w": "0.1*w*v", "v": "-v"}, box={"w": UNIT, "v": UNIT})
    with pytest.raises(ValueError, match="equation of 'w' is not linear in 'w'"):
        averaged(system, ms.Phase(1), slow=["w", "v"])
    assert averaged(system, ms.Phase(1), slow=["w"]).slow == ("w",)  # v is fast: linear
    same = system.replace(equations={"w": "(w + 1)**2 - w**2 - 3*w", "v": "-v"})
    assert averaged(same, ms.Phase(1), slow=["w", "v"]).slow == ("w", "v")


def test_errors_along_a_course_begin_with_its_fast_states() -> None:
    full, short = both(FED)
    course = full.iterate({"r": 0.9, "w": 0.2}, 3)
    table = short.error_against(full, course)
    assert table.sizes == {"state": 1, "point": 4}
    np.testing.assert_allclose(table["change_full"].values[0, :3], np.diff(course["w"]), atol=1e-9)
    at_rest = short.error_against(full, course["w"].values[None, :])
    assert abs(at_rest["change"][0, 0] - table["change"][0, 0]) > 1e-3
    assert list(table.to_dataframe().columns) == [
        "before", "change_full", "change", "relative_error",
    ]  # fmt: skip


def test_a_change_of_nothing_has_no_relative_error() -> None:
    still = FED.replace(equations={"w": "0*w"})
    full, short = both(still)
    assert np.isnan(short.error_against(full, [[0.3]])["relative_error"].item())


def test_maps_of_other_things_are_not_compared() -> None:
    full, short = both(FED)
    other = session_map(FED, ms.Phase(5), slow=["w"])
    with pytest.raises(ValueError, match="`full` has another protocol than this map"):
        short.error_against(other, STARTS)
    with pytest.raises(ValueError, match=r"`points` has no \['r'\]"):
        short.error_against(full, full.iterate(n=1).drop_vars("r"))


@pytest.mark.slow
def test_solving_the_slow_equations_halves_the_error_of_plain_quadrature_over_a_course() -> None:
    """Client's pathway, per session: median 5.3 % and 12.7 % over twenty sessions."""
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    full = session_map(dyad, session_and_gap())
    course = full.iterate(n=20).isel(passes=slice(0, 20))
    errors = {}
    for plain in (False, True):
        short = averaged(dyad, session_and_gap(), plain=plain)
        table = short.error_against(full, course)
        own = 100 * np.abs(table["relative_error"].sel(state="client.pathway").values)
        errors[plain] = np.median(own)
    assert errors[False] == pytest.approx(5.3, abs=0.2)
    assert errors[True] == pytest.approx(12.7, abs=0.3)
