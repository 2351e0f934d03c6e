"""Plans: what a phase is for one system, and how long a step may be in it."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mirrorsys import Phase, Recording, System
from mirrorsys.flow._plans import EVEN, pieces, plan

DRIVEN = System("driven", {"x": "u - x"}, inputs={"u": 0})


@given(
    st.lists(st.sampled_from([0.1, 0.3, 1, 3, 10]) | st.floats(0.01, 100), min_size=1, max_size=12),
    st.floats(0, 10), st.floats(0.1, 1.5),
)  # fmt: skip
def test_a_step_is_no_longer_than_the_distance_between_samples_and_not_much_shorter(
    distances: list[float], first: float, share: float
) -> None:
    times = np.cumsum([first, *distances]).tolist()
    duration = share * times[-1]
    curve = Recording(tuple(times), (0.0,) * len(times))
    found = pieces(plan(Phase(duration, {"u": curve}), DRIVEN, {"u": 0.0}))
    ends = [end for end, _ in found]
    assert all(late > early for early, late in pairwise([0.0, *ends]))
    assert ends[-1] == duration
    for early, late in pairwise(times):
        middle = (early + min(late, duration)) / 2
        if early < middle < duration:
            step = next(step for end, step in found if middle < end)
            assert step <= late - early <= EVEN * step
