"""Steps with noise in machine code: Euler-Maruyama and Milstein, of fixed length.

Noise is diagonal: each noisy state has a source of its own. The numbers of a step depend on
the seed, the member's stream and the number of the step alone: see `_random`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from mirrorsys.kernels._code import Code, Memory, Value
from mirrorsys.kernels._diffusion import Bounds
from mirrorsys.kernels._random import AS241, LOW, PHILOX, ROUNDS, STEP
from mirrorsys.kernels._steps import Method

__all__ = ["NOISY", "EulerMaruyama", "Milstein"]

LOG_TERMS = 12  # of the series of the logarithm, whose argument is below 0.18**2


class EulerMaruyama(Method):
    """``y + h f(y) + g(y) dW``, strong order 1/2."""

    n_points = 1
    slack = 1e-6  # equal steps that add up to a little less or more than the phase
    has_second_term = False

    # Set by the table before the first step: which states are noisy, and where each lane's
    # member finds its numbers.
    noisy: tuple[int, ...]
    bounds: Bounds  # of each noisy state
    stream: Memory
    n_before: Memory
    n_steps: Memory
    seed: Value

    def _make_room(self, room: Callable[[int], Memory]) -> None:
        self.amplitudes, self.root = room(2 * self.n_state), room(1)

    def begin(self, h: Value) -> None:
        self.root[0] = self.code.sqrt(h)

    def step(self, time: Value, h: Value) -> Value:
        code, root = self.code, self.root[0]
        with code.loop(self.n_state) as i:
            self.new[i] = self.y[i] + h * self.rate[i]
        code.call("diffusion", self.y, self.prepared, self.inputs, self.amplitudes)
        step = code.words(self.n_before[0] + self.n_steps[0])
        stream = code.words(self.stream[0])
        numbers = normal_numbers(code, self.seed, stream, step, len(self.noisy))
        each = zip(self.noisy, numbers, self.bounds, strict=True)
        for number, (index, normal, bounds) in enumerate(each):
            change = root * normal
            moved = self.amplitudes[number] * change
            if self.has_second_term:
                second = self.amplitudes[len(self.noisy) + number]
                moved = moved + second * (change * change - h)
            self.new[index] = _inside(code, self.new[index] + moved, *bounds)
        self.rates(self.new, time + h, self.next_rate)
        total = self.total(lambda i: self.new[i] * 0.0)  # no number if a state is not finite
        return code.choose(total.equals(0.0), 0.0, math.nan)

    def factor(self, error: Value) -> Value:
        return self.code.choose(error.equals(0.0), 1.0, 0.0)

    def misfits(self, h: Value) -> Value:
        return h < 0.0

    def prepare_curve(self, time: Value, h: Value) -> None:
        pass  # a straight line: the path between two steps is not known

    def curve(self, x: Value, out: Memory) -> None:
        with self.code.loop(self.n_state) as i:
            out[i] = self.y[i] + x * (self.new[i] - self.y[i])


class Milstein(EulerMaruyama):
    """``y + h f(y) + g(y) dW + 1/2 g(y) g'(y) (dW**2 - h)``, strong order 1."""

    has_second_term = True


NOISY: dict[str, type[Method]] = {"euler": EulerMaruyama, "milstein": Milstein}


def _inside(code: Code, x: Value, low: float, high: float) -> Value:
    """Return a state reflected at the end it has passed, as `flow._noise` does."""
    found = x
    if math.isfinite(low):
        found = code.choose(x < low, 2.0 * low - x, found)
    if math.isfinite(high):
        found = code.choose(x > high, 2.0 * high - x, found)
    # One reflection is not enough for a step longer than the range.
    if math.isfinite(low):
        found = code.choose(found < low, low, found)
    if math.isfinite(high):
        found = code.choose(found > high, high, found)
    # What is not finite stays so, and ends the run with words.
    return code.choose((x - x).equals(0.0), found, x)


def normal_numbers(code: Code, seed: Value, stream: Value, step: Value, n: int) -> list[Value]:
    """Return n normal numbers in every lane, as `_random.normals` does."""
    found = []
    for pair in range((n + 1) // 2):
        words = _philox(
            code,
            (step & LOW, (step >> 32 | pair << 16) & LOW, stream & LOW, stream >> 32),
            seed,
        )
        halves = [(words[0], words[1]), (words[2], words[3])]
        found += [_normal(code, *half) for half in halves[: n - 2 * pair]]
    return found


def _philox(code: Code, counter: tuple[Value, ...], seed: Value) -> tuple[Value, ...]:
    c0, c1, c2, c3 = counter
    k0, k1 = code.spread(seed & LOW), code.spread(seed >> 32)
    (m0, m1), (w0, w1) = PHILOX
    for _ in range(ROUNDS):
        p0, p1 = c0 * m0, c2 * m1
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & LOW, (p0 >> 32) ^ c3 ^ k1, p0 & LOW
        k0, k1 = (k0 + w0) & LOW, (k1 + w1) & LOW
    return c0, c1, c2, c3


def _normal(code: Code, high: Value, low: Value) -> Value:
    uniform = (code.numbers((high << 20) ^ (low >> 12)) + 0.5) * STEP
    q = uniform - 0.5
    is_middle = code.abs(q) <= 0.425
    r = code.sqrt(0.0 - _log(code, code.least(uniform, 1.0 - uniform)))
    middle, tail = _pair("middle", 0.180625 - q * q), _pair("tail", r - 1.6)
    above, below = (code.choose(is_middle, m, t) for m, t in zip(middle, tail, strict=True))
    size = code.variable(code.vector, 0.0)
    size[0] = above / below  # one division for both, as divisions are slow
    with code.when(code.any(r > 5.0)):
        above, below = _pair("far", r - 5.0)
        size[0] = code.choose(r <= 5.0, size[0], above / below)
    signed = code.choose(q < 0.0, 0.0 - size[0], size[0])
    return code.choose(is_middle, size[0] * q, signed)


def _pair(region: str, r: Value) -> tuple[Value, Value]:
    """Return numerator and denominator of an approximation."""
    above, below = AS241[region]
    return _polynomial(above, r), _polynomial(below, r)


def _polynomial(coefficients: tuple[float, ...], x: Value) -> Value:
    *others, last = coefficients
    result = x * 0.0 + last
    for each in reversed(others):
        result = result * x + each
    return result


def _log(code: Code, x: Value) -> Value:
    """Return the logarithm of positive normal numbers, by its series around 1."""
    bits = code.bits(x, code.whole_vector)
    fraction = code.bits(bits & 0xFFFFFFFFFFFFF | 1023 << 52, code.vector)  # in [1, 2)
    exponent = code.numbers(bits >> 52) - 1023.0
    is_large = fraction > math.sqrt(2.0)
    fraction = code.choose(is_large, fraction * 0.5, fraction)
    exponent = code.choose(is_large, exponent + 1.0, exponent)
    s = (fraction - 1.0) / (fraction + 1.0)
    series = _polynomial(tuple(2.0 / (2 * k + 1) for k in range(LOG_TERMS)), s * s)
    return exponent * math.log(2.0) + s * series
