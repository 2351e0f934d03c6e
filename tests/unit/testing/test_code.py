"""Code that rebuilds what was drawn."""

import math

import pytest

import mirrorsys as ms
from mirrorsys.testing import as_code


def rebuilt(given):
    return eval(as_code(given), {"ms": ms})  # our own text


@pytest.mark.parametrize("model", [*ms.models.zoo.ALL, *ms.models.ROLES.values()])
def test_every_published_model_is_rebuilt(model):
    assert rebuilt(model()) == model()


def test_a_dyad_with_noise_and_outputs_is_rebuilt():
    pair = ms.models.dyad(ms.models.client("ann"), ms.models.therapist("ben"))
    noisy = pair.replace(diffusion={"ann.threat": "0.05*ann.threat"})
    assert rebuilt(noisy) == noisy


def test_a_small_system_fits_on_a_line():
    small = ms.System("s", {"x": "a - x"}, {"a": 2}, box={"x": (0, math.inf)}, initial={"x": 1.5})
    box = "{'x': (0, float(\"inf\"))}"
    assert as_code(small) == (
        f"ms.System('s', {{'x': 'a - x'}}, {{'a': 2}}, box={box}, initial={{'x': 1.5}})"
    )


def test_what_differs_from_the_default_alone_is_written():
    assert as_code(ms.Parameter("k", 2, unit="1/h")) == "ms.Parameter('k', 2, unit='1/h')"
    assert as_code(ms.Phase(5)) == "ms.Phase(5)"


def test_protocols_are_rebuilt_with_recordings_and_resets():
    curve = ms.Recording((0, 1, 2.5), (0, 0.1, 1), label="dial")
    hour = ms.Protocol(
        [
            ms.Phase(2.5, {"stressor": curve}, name="seen"),
            ms.Phase(1, reset={"fatigue": "0.1*fatigue"}),
        ],
        name="one",
    )
    assert rebuilt(hour) == hour


@pytest.mark.parametrize(
    "value", [0.1, -3.0, 1e-300, 1e300, math.inf, -math.inf, True, "a 'b'", (1,), [1, (2.5, {})]]
)
def test_plain_values_are_rebuilt(value):
    assert rebuilt(value) == value
    assert type(rebuilt(True)) is bool
