"""The Taylor engine, and with it an independent judge of the compiled one."""

import importlib.util

import numpy as np
import pytest

import mirrorsys as ms

HAS_HEYOKA = importlib.util.find_spec("heyoka") is not None
needs_heyoka = pytest.mark.skipif(not HAS_HEYOKA, reason="heyoka is not installed")
DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())


@needs_heyoka
def test_the_compiled_engine_agrees_with_heyoka_on_a_course() -> None:
    protocol = ms.protocols.weekly_sessions(3)
    ours = ms.simulate(DYAD, protocol=protocol, engine="compiled", rtol=1e-12, atol=1e-14)
    theirs = ms.simulate(DYAD, protocol=protocol, engine="taylor", rtol=1e-15)
    for name in ("threat", "soothing", "fatigue", "pathway", "signal"):
        np.testing.assert_allclose(ours[f"{name}_at_end"], theirs[f"{name}_at_end"], atol=1e-11)
    assert theirs.attrs["engine"] == "taylor"


@needs_heyoka
def test_times_events_and_failures() -> None:
    circle = ms.System("circle", {"x": "y", "y": "-x"}, initial={"x": 1})
    times = np.linspace(0, 10, 21)
    run = ms.simulate(circle, times=times, events={"half": "x < 0.5"}, engine="taylor")
    np.testing.assert_allclose(run.x, np.cos(times), atol=1e-13)
    np.testing.assert_allclose(run.event_time, np.array([1, 7]) * np.pi / 3, atol=1e-11)
    blow_up = ms.System("blow-up", {"x": "x**2"}, initial={"x": 1})
    with pytest.raises(ms.IntegrationError) as caught:
        ms.simulate(blow_up, duration=2, engine="taylor", max_steps=500)
    assert caught.value.time == pytest.approx(1, abs=1e-3)


@needs_heyoka
def test_what_it_cannot_do_is_said() -> None:
    driven = ms.System("driven", {"x": "u"}, inputs={"u": 0})
    ramp = ms.Recording((0.0, 1.0), (0.0, 1.0))
    with pytest.raises(ValueError, match="follow recordings"):
        ms.simulate(driven, protocol=ms.Phase(1, {"u": ramp}), engine="taylor")
    kink = ms.System("kink", {"x": "min(x, 1)"})
    with pytest.raises(ValueError, match="cannot be written for heyoka"):
        ms.simulate(kink, duration=1, engine="taylor")
    with pytest.raises(ValueError, match="has no ensembles"):
        ms.ensemble(driven, 2, duration=1, engine="taylor")


@pytest.mark.skipif(HAS_HEYOKA, reason="heyoka is installed")
def test_without_heyoka_it_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="pip install heyoka"):
        ms.simulate(DYAD, duration=1, engine="taylor")
