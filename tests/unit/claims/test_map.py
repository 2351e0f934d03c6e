"""The map over mirroring and self-soothing."""

import numpy as np
import pytest
import xarray as xr

from mirrorsys import claims, models
from mirrorsys.claims._map import OUTCOMES, threat_in_sessions
from mirrorsys.claims._measures import at_end
from mirrorsys.claims._scenarios import course
from mirrorsys.claims._therapy import threat_between

MU = models.therapist()["mu"].value


@pytest.fixture(scope="module")
def corners() -> xr.Dataset:
    return claims.helper_map([0.1, MU], [0.0, 1.0])


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (models.therapist, (MU, 1.0)),
        (models.detached_therapist, (0.1, 1.0)),
        (models.overwhelmed_therapist, (MU, 0.0)),
    ],
)
def test_the_three_helpers_are_points_of_the_map(
    corners: xr.Dataset, role: object, place: tuple[float, float]
) -> None:
    run = course(models.client(), role())  # type: ignore[operator]
    point = corners.sel(mirroring=place[0], self_soothing=place[1])
    expected = {
        "client_pathway": at_end(run, "pathway", "client"),
        "client_threat_alone": threat_between(run, "client"),
        "helper_pathway": at_end(run, "pathway", "therapist"),
        "helper_threat_alone": threat_between(run, "therapist"),
        "helper_threat_in_session": threat_in_sessions(run, "therapist"),
    }
    assert set(expected) == set(corners.data_vars) == set(OUTCOMES)
    for name, value in expected.items():
        assert float(point[name]) == pytest.approx(value, abs=1e-9)


def test_a_map_says_what_it_shows(corners: xr.Dataset) -> None:
    assert corners.client_pathway.dims == ("mirroring", "self_soothing")
    for each in (*corners.data_vars.values(), *corners.coords.values()):
        assert each.attrs["units"] == "1"
        assert each.attrs["long_name"]


def test_no_progress_is_shown_where_there_is_no_terminal(capsys: pytest.CaptureFixture) -> None:
    claims.helper_map(MU, 1.0)
    assert capsys.readouterr() == ("", "")


def test_the_map_follows_the_parameters() -> None:
    still = claims.helper_map(MU, 1.0, params={"eta": 0.0})
    assert float(still.client_pathway.squeeze()) < 0.1


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (([], [1.0]), "`mirroring` is .*give one axis of finite numbers"),
        (([0.1, np.nan], [1.0]), "`mirroring` is .*nan.*give one axis of finite numbers"),
        (([[0.1]], [1.0]), "`mirroring` is .*give one axis"),
        (([0.5], [1.0, 0.0]), r"`self_soothing` is \[1.0, 0.0\]; give strictly increasing"),
        (([99.0], [1.0]), r"'mu' is 99, outside its range"),
        (([0.5], [2.0]), r"'pathway' is 1.15, outside its range"),
    ],
)
def test_axes_that_do_not_fit_are_refused(axes: tuple[object, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        claims.helper_map(*axes)  # type: ignore[arg-type]


# ---- reading a map ------------------------------------------------------------------------


def made(**columns: list[list[float]]) -> xr.Dataset:
    """Return a map over mirroring 0, 1, 2, 3 with the given outcomes, the others rising."""
    shape = np.shape(next(iter(columns.values())))
    rising = np.linspace(0, 1, 4)[:, np.newaxis] * np.ones(shape[1])
    values = {name: columns.get(name, rising) for name in OUTCOMES}
    return xr.Dataset(
        {name: (("mirroring", "self_soothing"), np.asarray(each)) for name, each in values.items()},
        {"mirroring": [0.0, 1.0, 2.0, 3.0], "self_soothing": np.arange(shape[1]) / 2},
    )


def test_an_inner_optimum_is_found_where_it_is() -> None:
    outcomes = made(client_pathway=[[0.1, 0.1], [0.4, 0.2], [0.3, 0.3], [0.2, 0.4]])
    best, is_inner = claims.best_mirroring(outcomes, "client_pathway")
    assert best.tolist() == [1.0, 3.0]
    assert is_inner.tolist() == [True, False]


def test_of_threat_less_is_better() -> None:
    outcomes = made(helper_threat_alone=[[0.4], [0.1], [0.2], [0.3]])
    best, is_inner = claims.best_mirroring(outcomes, "helper_threat_alone")
    assert (best.tolist(), is_inner.tolist()) == ([1.0], [True])


def test_words_say_where_an_optimum_is_and_where_it_vanishes() -> None:
    outcomes = made(
        client_pathway=[[0.1, 0.1], [0.4, 0.2], [0.3, 0.3], [0.2, 0.4]],
        client_threat_alone=[[0.1, 0.4], [0.2, 0.3], [0.3, 0.2], [0.4, 0.1]],
        helper_pathway=[[0.3, 0.3], [0.1, 0.1], [0.2, 0.2], [0.4, 0.4]],
    )
    words = claims.map_in_words(outcomes)
    assert "inner optimum of mirroring at 1 (self-soothing 0); best elsewhere with most" in words
    assert "no inner optimum, best with most mirroring (self-soothing 0.5), least (0)" in words
    assert (
        "no inner optimum, best with most mirroring; worst inside, at 1 (self-soothing 0, 0.5)"
        in words
    )
    assert "Helper's mean threat over all sessions: no inner optimum, best with least" in words


def test_an_outcome_that_is_not_mapped_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`name` is 'joy'; give one of \['client_pathway'"):
        claims.best_mirroring(made(client_pathway=[[0.0]] * 4), "joy")
