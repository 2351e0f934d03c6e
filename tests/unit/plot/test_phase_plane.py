import matplotlib.pyplot as plt
import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.kernels import vector_field

STRESS = {"stressor": 0.08}


def adult(pathway):
    return ms.models.person("adult").freeze(pathway=pathway, signal=1)


def vertices(contours):
    return np.concatenate([path.vertices for path in contours.get_paths()])


def marked(plane):
    return [(m.get_xdata()[0], m.get_ydata()[0]) for m in plane.equilibria]


@pytest.fixture
def spiral():
    return ms.System(
        "spiral", {"x": "y", "y": "-x - k*y"}, {"k": 0.5}, box={"x": (-2, 2), "y": (-1, 1)}
    )


def test_nullclines_are_where_the_rates_vanish(spiral):
    plane = ms.plot.phase_plane(spiral, x="x", y="y")
    np.testing.assert_allclose(vertices(plane.x_nullcline)[:, 1], 0, atol=1e-12)
    x, y = vertices(plane.y_nullcline).T
    np.testing.assert_allclose(-x - 0.5 * y, 0, atol=1e-12)


def test_arrows_point_where_the_state_moves(spiral):
    plane = ms.plot.phase_plane(spiral, x="x", y="y", n_arrows=6)
    rates = vector_field(spiral)(plane.field.XY.T)
    across, up = rates[0] / 4, rates[1] / 2  # the plane is 4 wide and 2 high
    np.testing.assert_allclose(plane.field.U * up, plane.field.V * across, atol=1e-12)
    assert np.all(plane.field.U * across + plane.field.V * up > 0)
    np.testing.assert_allclose(np.hypot(plane.field.U, plane.field.V), 1)


@pytest.mark.parametrize(
    ("k", "face", "kind"), [(0.5, "black", "stable"), (-0.5, "white", "unstable")]
)
def test_equilibria_are_filled_if_stable(spiral, k, face, kind):
    (marker,) = ms.plot.phase_plane(spiral, {"k": k}, x="x", y="y").equilibria
    assert marker.get_markerfacecolor() == face
    assert marker.get_label() == f"{kind} equilibrium"


def test_slaved_states_rest_so_that_equilibria_lie_on_both_nullclines():
    system = adult(0.37)
    plane = ms.plot.phase_plane(system, STRESS, y="fatigue", n_grid=801)
    points = ms.equilibria(system, STRESS)
    assert len(points) == 3
    assert marked(plane) == [(p.state["threat"], p.state["fatigue"]) for p in points]
    for contours in (plane.x_nullcline, plane.y_nullcline):
        curve = vertices(contours)
        for point in marked(plane):
            distance = np.hypot(*(curve - point).T).min()
            assert distance < 2 / 800  # of the grid


def test_slaving_solves_several_linear_states_together():
    chain = ms.System("chain", {"x": "z - x", "y": "w - y", "z": "w + x - 2*z", "w": "y - 3*w"})
    box = {"x": (-1, 1), "y": (-1, 1)}
    plane = ms.plot.phase_plane(chain, x="x", y="y", box=box)
    x, y = vertices(plane.x_nullcline).T  # w = y/3, z = (w + x)/2 = x
    np.testing.assert_allclose(y / 3, x, atol=1e-12)


def test_states_can_be_held():
    whole = ms.models.person("adult")
    plane = ms.plot.phase_plane(whole, STRESS, held={"pathway": 0.37, "signal": 1, "fatigue": 0.2})
    frozen = adult(0.37).freeze(fatigue=0.2)
    assert marked(plane) == [
        (p.state["threat"], p.state["soothing"]) for p in ms.equilibria(frozen, STRESS)
    ]
    soothing = np.array([0.64 * 0.37 * r / (1 + 0.64 * 0.37 * r) for r in (0.2, 0.9)])
    curve = vertices(plane.y_nullcline)
    for threat, value in zip((0.2, 0.9), soothing, strict=True):
        np.testing.assert_allclose(
            np.interp(threat, *curve[curve[:, 0].argsort()].T), value, atol=1e-4
        )


def test_a_nullcline_outside_the_box_is_no_mistake(spiral):
    plane = ms.plot.phase_plane(spiral, x="x", y="y", box={"y": (0.5, 1)})
    assert vertices(plane.x_nullcline).size == 0


def test_labels_carry_units_and_nullclines_appear_in_the_legend():
    _, ax = plt.subplots()
    ms.plot.phase_plane(adult(0.1), STRESS, y="fatigue", box={"fatigue": (0, 0.5)}, ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "threat (dimensionless)",
        "fatigue (dimensionless)",
    )
    assert ax.get_ylim() == (0, 0.5)
    assert {"threat nullcline", "fatigue nullcline"} <= set(ax.get_legend_handles_labels()[1])


UNBOUNDED = ms.System("free", {"x": "-x", "y": "-y"})
NONLINEAR = ms.System(
    "cubic", {"x": "-x", "y": "-y", "z": "x - z**3"}, box=dict.fromkeys("xyz", (-1, 1))
)
UNDETERMINED = ms.System(
    "idle", {"x": "-x", "y": "-y", "z": "0"}, box=dict.fromkeys("xyz", (-1, 1))
)


@pytest.mark.parametrize(
    ("system", "arguments", "message"),
    [
        (adult(0.1), {"y": "joy"}, r"`y` is 'joy'; the states that move are \['threat'"),
        (adult(0.1), {"x": "pathway"}, r"`x` is 'pathway'; the states that move"),
        (adult(0.1), {"x": "fatigue", "y": "fatigue"}, r"both 'fatigue'; choose two"),
        (UNBOUNDED, {"x": "x", "y": "y"}, r"`box` of 'x' is \(-inf, inf\); give two finite"),
        (adult(0.1), {"box": {"threat": (1, 0)}}, r"`box` of 'threat' is \(1, 0\)"),
        (NONLINEAR, {"x": "x", "y": "y"}, r"\['z'\] cannot be slaved .* not linear .*`held`"),
        (UNDETERMINED, {"x": "x", "y": "y"}, r"\['z'\] cannot be slaved .* rest anywhere"),
    ],
)
def test_what_cannot_be_drawn_is_said(system, arguments, message):
    with pytest.raises(ValueError, match=message):
        ms.plot.phase_plane(system, **arguments)
