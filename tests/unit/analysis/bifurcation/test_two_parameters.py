"""Curves of folds and Hopf points in two parameters."""

import pickle

import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import equilibrium_branches, fold_curve, hopf_curve


@pytest.fixture(scope="module")
def cusp():
    return ms.System("cusp", {"x": "a + b*x - x**3"}, {"a": 0, "b": 1}, box={"x": (-3, 3)})


@pytest.fixture(scope="module")
def cusp_branches(cusp):
    return equilibrium_branches(cusp, "a", (-1, 1))


@pytest.fixture(scope="module")
def cusp_curve(cusp, cusp_branches):
    return fold_curve(cusp, cusp_branches["F1"], "b", (-1, 1), first_bounds=(-1, 1))


@pytest.fixture(scope="module")
def takens():
    return ms.models.zoo.bogdanov_takens()


@pytest.fixture(scope="module")
def takens_branches(takens):
    return equilibrium_branches(takens, "beta1", (-0.5, 1), params={"beta2": -0.5})


@pytest.fixture(scope="module")
def takens_hopf(takens, takens_branches):
    return hopf_curve(takens, takens_branches["H1"], "beta2", (-1, 1), first_bounds=(-0.5, 1))


def test_folds_lie_on_the_semicubical_parabola(cusp_curve):
    a, b = cusp_curve.parameters
    np.testing.assert_allclose(27 * a**2, 4 * b**3, atol=1e-12)
    np.testing.assert_allclose(cusp_curve.states[0] ** 2, b / 3, atol=1e-12)
    assert cusp_curve.ends == ("reaches the bound b = 1",) * 2


def test_the_cusp_is_located_and_passed(cusp_curve):
    (point,) = cusp_curve.points
    assert (point.name, point.kind) == ("CP1", "cusp")
    assert (point.params["a"], point.params["b"]) == pytest.approx((0, 0), abs=1e-12)
    assert point.coefficient == pytest.approx(-1)
    assert np.ptp(np.sign(cusp_curve.states[0])) == 2


def test_a_fold_coefficient_all_along(cusp_curve):
    np.testing.assert_allclose(
        np.abs(cusp_curve.coefficient), 3 * np.abs(cusp_curve.states[0]), atol=1e-9
    )
    assert np.isnan(cusp_curve.frequency).all()


def test_a_closed_curve_of_folds():
    sphere = ms.System("sphere", {"x": "a**2 + b**2 - 1/2 + x**2"}, {"a": 0, "b": 0},
                       box={"x": (-2, 2)})  # fmt: skip
    first = equilibrium_branches(sphere, "a", (-1.5, 1.5))["F1"]
    curve = fold_curve(sphere, first, "b", (-2, 2), first_bounds=(-2, 2))
    assert curve.ends == ("closed curve", "closed curve")
    np.testing.assert_allclose(np.sum(curve.parameters**2, axis=0), 0.5, atol=1e-13)


def test_a_hopf_curve_goes_on_through_a_takens_point(takens_hopf):
    b1, b2 = takens_hopf.parameters
    np.testing.assert_allclose(b1, b2**2, atol=1e-12)
    np.testing.assert_array_equal(takens_hopf.is_hopf, b2 < 0)
    (point,) = takens_hopf.points
    assert point.kind == "bogdanov-takens"
    assert (point.params["beta1"], point.params["beta2"]) == pytest.approx((0, 0), abs=1e-10)
    # omega^2 = 2 x* = -2 beta2 there
    found = takens_hopf.frequency[takens_hopf.is_hopf]
    np.testing.assert_allclose(found**2, -2 * b2[b2 < 0], rtol=1e-8)


def test_a_hopf_curve_in_closed_form():
    """Lorenz: rho = sigma (sigma + beta + 3) / (sigma - beta - 1)."""
    lorenz = ms.models.zoo.lorenz()
    hopf = equilibrium_branches(lorenz, "rho", (20, 30), n_starts=2)["H1"]
    curve = hopf_curve(lorenz, hopf, "sigma", (5, 30), first_bounds=(15, 60))
    sigma, beta = curve.parameters[1], 8 / 3
    expected = sigma * (sigma + beta + 3) / (sigma - beta - 1)
    np.testing.assert_allclose(curve.parameters[0], expected, rtol=1e-11)


def test_a_generalised_hopf_point_has_its_frequency():
    """The first Lyapunov coefficient is b, the period pi."""
    r2 = "(x**2 + y**2)"
    made = ms.System(
        "generalised", {"x": f"(a + b*{r2} - {r2}**2)*x - 2*y",
                        "y": f"2*x + (a + b*{r2} - {r2}**2)*y"},
        {"a": 0, "b": -0.1}, box={"x": (-2, 2), "y": (-2, 2)},
    )  # fmt: skip
    hopf = equilibrium_branches(made, "a", (-0.5, 0.5), n_starts=1, n_checks=0)["H1"]
    (point,) = hopf_curve(made, hopf, "b", (-0.2, 0.2), first_bounds=(-0.5, 0.5)).points
    assert (point.name, point.params["b"]) == ("GH1", pytest.approx(0, abs=1e-12))
    assert (point.frequency, point.period) == pytest.approx((2, np.pi))


def test_at_a_takens_point_the_frequency_is_gone(takens_hopf):
    (point,) = takens_hopf.points
    assert np.isnan(point.frequency)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_units_do_not_matter(scale):
    made = ms.System(
        "scaled cusp", {"x": f"{scale}*(a/{scale} + b*x/{scale} - (x/{scale})**3)"},
        {"a": 0, "b": 1}, box={"x": (-3 * scale, 3 * scale)},
    )  # fmt: skip
    first = equilibrium_branches(made, "a", (-scale, scale))["F1"]
    curve = fold_curve(made, first, "b", (-1, 1), first_bounds=(-scale, scale))
    assert [point.kind for point in curve.points] == ["cusp"]
    np.testing.assert_allclose(
        27 * (curve.parameters[0] / scale) ** 2, 4 * curve.parameters[1] ** 3, atol=1e-11
    )


def test_a_curve_survives_a_file(cusp_curve, tmp_path):
    dataset = cusp_curve.to_dataset()
    ms.save(dataset, tmp_path / "curve.nc")
    xr.testing.assert_identical(ms.load(tmp_path / "curve.nc"), dataset)
    frame = cusp_curve.to_dataframe()
    assert list(frame.columns) == ["a", "b", "x", "coefficient", "frequency"]
    assert len(frame) == len(cusp_curve) == dataset.sizes["point"]


def test_a_curve_can_be_copied_and_printed(cusp_curve):
    assert repr(pickle.loads(pickle.dumps(cusp_curve))) == repr(cusp_curve)
    assert repr(cusp_curve).startswith("fold curve of 'cusp' in a and b, ")
    assert cusp_curve["CP1"] is cusp_curve.points[0]


def test_names_that_the_table_needs_are_refused():
    odd = ms.System("odd", {"coefficient": "a + b*coefficient - coefficient**3"}, {"a": 0, "b": 1},
                    box={"coefficient": (-3, 3)})  # fmt: skip
    first = equilibrium_branches(odd, "a", (-1, 1))["F1"]
    curve = fold_curve(odd, first, "b", (0.5, 1.5), first_bounds=(-1, 1))
    with pytest.raises(ValueError, match=r"'odd' has quantities called \['coefficient'\]"):
        curve.to_dataset()


# ---- arguments -------------------------------------------------------------------------------


def test_what_is_no_point(cusp, takens):
    with pytest.raises(TypeError, match=r"`point` is 'F1'; give a fold point of equilibrium_br"):
        fold_curve(cusp, "F1", "b", (-1, 1))
    with pytest.raises(TypeError, match=r"such as branches\['H1'\]"):
        hopf_curve(takens, None, "beta2", (-1, 1))


def test_a_point_of_the_wrong_kind(takens, takens_branches):
    with pytest.raises(ValueError, match=r"`point` is F1: fold .*; give a hopf point"):
        hopf_curve(takens, takens_branches["F1"], "beta2", (-1, 1))
    with pytest.raises(ValueError, match=r"`point` is H1: hopf.*; give a fold point"):
        fold_curve(takens, takens_branches["H1"], "beta2", (-1, 1))


def test_a_point_on_a_curve_is_no_start(cusp, cusp_curve):
    with pytest.raises(ValueError, match=r"`point` is CP1: cusp .*; give a fold point"):
        fold_curve(cusp, cusp_curve["CP1"], "b", (-1, 1))


def test_a_point_of_another_system(cusp, takens_branches):
    with pytest.raises(ValueError, match=r"`point` is F1: fold .*, of a system with the states"):
        fold_curve(cusp, takens_branches["F1"], "b", (-1, 1))


def test_the_same_parameter_twice(cusp, cusp_branches):
    with pytest.raises(ValueError, match="`parameter` is 'a', over which the point was found"):
        fold_curve(cusp, cusp_branches["F1"], "a", (-1, 1))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"bounds": (1, -1)}, "`bounds` of 'b' is"),
        ({"bounds": (2, 3)}, r"`bounds` of 'b' is \(2.0, 3.0\), but the curve begins at 1"),
        ({"first_bounds": (1, -1)}, "`first_bounds` of 'a' is"),
        ({"first_bounds": (5, 6)}, "`first_bounds` of 'a' is .* but the curve begins at -0.38490"),
        ({"longest_step": 0}, "`longest_step` is 0; give one number above 0"),
        ({"longest_step": np.nan}, "`longest_step` is nan; give one number above 0"),
        ({"parameter": "x"}, "'cusp' has no parameter or input called 'x'"),
        ({"box": {"x": (1, 0)}}, "`box` gives 'x' the side"),
    ],
)
def test_what_does_not_fit(cusp, cusp_branches, more, message):
    given = {"parameter": "b", "bounds": (-1, 1), **more}
    with pytest.raises(ValueError, match=message):
        fold_curve(cusp, cusp_branches["F1"], **given)
