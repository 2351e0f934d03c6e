"""One step of each method in machine code, for all lanes at once.

A method reads the states `y` and writes the `new` ones; it knows its error, how to choose
the next step, and the curve between the two. The rates of change at `y` are handed on from
step to step. Their layout: one vector, that is one number for each lane, for each state.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

from mirrorsys.kernels._code import Code, Memory, Value
from mirrorsys.kernels._tableaus import DOP853, LAST_TERM, LOOSER, RODAS5P

__all__ = ["METHODS", "POINTS", "Explicit", "Method", "Rosenbrock"]

SAFETY, LEAST, MOST = 0.9, 0.2, 10.0  # of the factor between one step and the next
STIFF = 4.0  # step x eigenvalue: the explicit step is held by its stability, near 6
POINTS = 8
NOT_STIFF = 1.0  # step x norm of the Jacobian: an explicit step would be as long


class Method(ABC):
    """What the loop over steps asks of a method.

    Parameters
    ----------
    code : Code
    n_state : int
    room : callable
        From a number of vectors to memory of that size.
    rates : callable
        ``rates(states, time, out)`` writes the rates of change.
    prepared : Memory
        What the functions of the system read beside the states.
    """

    n_points = POINTS  # logged of a step: long as it is, it is no straight line
    slack = 1e-10  # of a step: how near to the end it may end it
    inputs: Memory  # what the system's functions read beside the states, if inputs change

    def __init__(
        self,
        code: Code,
        n_state: int,
        room: Callable[[int], Memory],
        rates: Callable[[Memory, Value, Memory], None],
        prepared: Memory,
        rtol: Value,
        atol: Value,
    ) -> None:
        self.code, self.n_state, self.rates, self.prepared = code, n_state, rates, prepared
        self.rtol, self.atol = rtol, atol
        self.y, self.new, self.stage = room(n_state), room(n_state), room(n_state)
        self.rate, self.next_rate, self.probe_rate = (room(n_state) for _ in range(3))
        self._make_room(room)

    @abstractmethod
    def _make_room(self, room: Callable[[int], Memory]) -> None:
        """Ask for the memory that the method needs for itself."""

    def begin(self, h: Value) -> None:  # noqa: B027 - most methods have nothing to prepare
        """Prepare what stays the same while the step does."""

    @abstractmethod
    def step(self, time: Value, h: Value) -> Value:
        """Write the new states and rates; return the error, 1 where it is just tolerable."""

    @abstractmethod
    def factor(self, error: Value) -> Value:
        """Return by how much the step may grow, or must shrink, for this error."""

    @abstractmethod
    def misfits(self, h: Value) -> Value:
        """Return where this step suggests the other method."""

    @abstractmethod
    def prepare_curve(self, time: Value, h: Value) -> None:
        """Compute what `curve` needs for the step just made."""

    def error_of_curve(self) -> Value:
        """Return the error of the curve just prepared, 1 where it is just tolerable."""
        return self.code.constant(0.0)  # most are as exact as the steps

    @abstractmethod
    def curve(self, x: Value, out: Memory) -> None:
        """Write the states at the fraction `x` of the step."""

    def scale(self, index: Value, *states: Memory) -> Value:
        """Return the error allowed in a state: atol + rtol * its largest size."""
        size = self.code.abs(self.y[index])
        for each in states:
            size = self.code.largest(size, self.code.abs(each[index]))
        return self.atol + self.rtol * size

    def total(self, term: Callable[[Value], Value]) -> Value:
        """Return the sum of a term over all states."""
        total = self.code.zero()
        with self.code.loop(self.n_state) as i:
            total[0] = total[0] + term(i)
        return total[0]

    def accept(self, mask: Value) -> None:
        """Go on from the new states in the lanes of the mask."""
        with self.code.loop(self.n_state) as i:
            self.y[i] = self.code.choose(mask, self.new[i], self.y[i])
            self.rate[i] = self.code.choose(mask, self.next_rate[i], self.rate[i])

    def _limited(self, error: Value, root: Value) -> Value:
        factor = self.code.largest(self.code.least(SAFETY / root, MOST), LEAST)
        return self.code.choose(error < 1e300, factor, LEAST)  # not where it is no number


class Explicit(Method):
    """DOP853."""

    def _make_room(self, room: Callable[[int], Memory]) -> None:
        n = self.n_state
        own = [room(n) for _ in range(len(DOP853.c) - 2)]
        last = DOP853.n_stages
        self.k = [self.rate, *own[: last - 1], self.next_rate, *own[last - 1 :]]
        self.powers = [room(n) for _ in range(3 + len(DOP853.dense))]

    def _stage(self, number: int, h: Value, out: Memory) -> None:
        row = DOP853.a[number - 1]
        with self.code.loop(self.n_state) as i:
            out[i] = self.y[i] + h * _sum((a, self.k[j][i]) for j, a in row.items())

    def step(self, time: Value, h: Value) -> Value:
        last = DOP853.n_stages
        for number in range(1, last):
            self._stage(number, h, self.stage)
            self.rates(self.stage, time + h * DOP853.c[number], self.k[number])
        self._stage(last, h, self.new)
        self.rates(self.new, time + h, self.next_rate)
        code, error3, error5 = self.code, self.code.zero(), self.code.zero()
        with code.loop(self.n_state) as i:
            weight = 1.0 / self.scale(i, self.new)
            one = _sum((e, self.k[j][i]) for j, e in DOP853.error3.items()) * weight
            two = _sum((e, self.k[j][i]) for j, e in DOP853.error5.items()) * weight
            error3[0], error5[0] = error3[0] + one * one, error5[0] + two * two
        three, five = error3[0], error5[0]
        both = code.sqrt((five + 0.01 * three) * float(self.n_state))
        return code.choose(five.equals(0.0), 0.0, h * five / both)

    def factor(self, error: Value) -> Value:
        root = self.code.sqrt(self.code.sqrt(self.code.sqrt(error)))
        return self._limited(error, root)

    def misfits(self, h: Value) -> Value:
        """Return where the step times the largest eigenvalue is near the bound of stability."""
        last = self.k[DOP853.n_stages - 1]

        def rate(i: Value) -> Value:
            difference = self.next_rate[i] - last[i]
            return difference * difference

        def state(i: Value) -> Value:
            difference = self.new[i] - self.stage[i]
            return difference * difference

        return self.total(rate) * (h * h) > self.total(state) * STIFF**2

    def prepare_curve(self, time: Value, h: Value) -> None:
        states = self.probe_rate  # `stage` is still looked at by `misfits`
        for number in range(DOP853.n_stages + 1, len(DOP853.c)):
            self._stage(number, h, states)
            self.rates(states, time + h * DOP853.c[number], self.k[number])
        with self.code.loop(self.n_state) as i:
            change, begin = self.new[i] - self.y[i], h * self.rate[i]
            self.powers[0][i] = change
            self.powers[1][i] = begin - change
            self.powers[2][i] = 2.0 * change - (begin + h * self.next_rate[i])
            for power, row in zip(self.powers[3:], DOP853.dense, strict=True):
                power[i] = h * _sum((d, self.k[j][i]) for j, d in row.items())

    def error_of_curve(self) -> Value:
        """Return the size of the last term of the curve, in multiples of what is allowed.

        The error of a step is held where the curve's is not: near the bound of stability the
        states at its end forget what is wrong with the stages, the curve does not.
        """

        def term(i: Value) -> Value:
            size = self.powers[-1][i] * (LAST_TERM / LOOSER) / self.scale(i, self.new)
            return size * size

        return self.code.sqrt(self.total(term) / float(self.n_state))

    def curve(self, x: Value, out: Memory) -> None:
        rest = 1.0 - x
        with self.code.loop(self.n_state) as i:
            result = self.powers[-1][i]
            for index in reversed(range(len(self.powers) - 1)):
                result = self.powers[index][i] + result * (x if index % 2 else rest)
            out[i] = self.y[i] + x * result


class Rosenbrock(Method):
    """Rodas5P: for phases in which slow states drift and the fast ones have settled."""

    def _make_room(self, room: Callable[[int], Memory]) -> None:
        n = self.n_state
        self.k = [room(n) for _ in RODAS5P.a]
        self.jacobian, self.matrix, self.pivots = room(n * n), room(n * n), room(n)
        self.powers = [room(n) for _ in RODAS5P.dense]

    def step(self, time: Value, h: Value) -> Value:
        code, n = self.code, self.n_state
        code.call("jacobian", self.y, self.prepared, self.inputs, self.jacobian)
        inverse, diagonal = 1.0 / h, 1.0 / (h * RODAS5P.gamma)
        with code.loop(n * n) as i:
            self.matrix[i] = 0.0 - self.jacobian[i]
        with code.loop(n) as i:
            self.matrix[i * (n + 1)] = diagonal + self.matrix[i * (n + 1)]
        self._factorise()
        last = len(RODAS5P.a) - 1
        for number, (a, c) in enumerate(zip(RODAS5P.a, RODAS5P.c, strict=True)):
            states = self.y if number == 0 else self.new if number == last else self.stage
            if number:
                with code.loop(n) as i:
                    states[i] = self.y[i] + _sum((w, self.k[j][i]) for j, w in enumerate(a))
            rates = self.rate if number == 0 else self.k[number]
            if number:
                self.rates(states, time, rates)
            with code.loop(n) as i:
                past = _sum((w, self.k[j][i]) for j, w in enumerate(c)) * inverse if c else None
                self.k[number][i] = rates[i] if past is None else rates[i] + past
            self._solve(self.k[number])
        with code.loop(n) as i:
            self.new[i] = self.new[i] + self.k[last][i]
        self.rates(self.new, time, self.next_rate)

        def term(i: Value) -> Value:
            error = self.k[last][i] / self.scale(i, self.new)
            return error * error

        return code.sqrt(self.total(term) / float(n))

    def _factorise(self) -> None:
        """Replace the matrix by its triangular factors, rows exchanged in each lane by itself."""
        code, n, matrix = self.code, self.n_state, self.matrix
        with code.loop(n) as k:
            here = code.spread(code.number(k))
            best, row = code.zero(), code.zero()
            best[0], row[0] = code.abs(matrix[k * n + k]), here
            with code.loop(n, k + 1) as i:
                size = code.abs(matrix[i * n + k])
                row[0] = code.choose(size > best[0], code.spread(code.number(i)), row[0])
                best[0] = code.largest(size, best[0])
            self.pivots[k] = row[0]
            with code.when(code.any(row[0] > here)), code.loop(n, k + 1) as i:
                mask = row[0].equals(code.spread(code.number(i)))
                with code.loop(n) as j:
                    self._exchange(matrix, mask, i * n + j, k * n + j)
            inverse = 1.0 / matrix[k * n + k]
            matrix[k * n + k] = inverse
            with code.loop(n, k + 1) as i:
                multiple = matrix[i * n + k] * inverse
                matrix[i * n + k] = multiple
                with code.loop(n, k + 1) as j:
                    matrix[i * n + j] = matrix[i * n + j] - multiple * matrix[k * n + j]

    def _exchange(self, memory: Memory, mask: Value, i: Value, k: Value) -> None:
        one, other = memory[i], memory[k]
        memory[i] = self.code.choose(mask, other, one)
        memory[k] = self.code.choose(mask, one, other)

    def _solve(self, b: Memory) -> None:
        code, n, matrix = self.code, self.n_state, self.matrix
        with code.loop(n) as k:
            row, here = self.pivots[k], code.spread(code.number(k))
            with code.when(code.any(row > here)), code.loop(n, k + 1) as i:
                self._exchange(b, row.equals(code.spread(code.number(i))), i, k)
        with code.loop(n) as i:
            rest = code.zero()
            rest[0] = b[i]
            with code.loop(i) as j:
                rest[0] = rest[0] - matrix[i * n + j] * b[j]
            b[i] = rest[0]
        with code.loop(n) as up:
            i, rest = (n - 1) - up, code.zero()
            rest[0] = b[i]
            with code.loop(n, i + 1) as j:
                rest[0] = rest[0] - matrix[i * n + j] * b[j]
            b[i] = rest[0] * matrix[i * n + i]

    def factor(self, error: Value) -> Value:
        root = error
        for _ in range(4):
            root = self.code.sqrt(root)
        return self._limited(error, root * root * root)  # error**(3/16), nearly the fifth root

    def misfits(self, h: Value) -> Value:
        """Return where the explicit method could make steps as long."""
        code, n, largest = self.code, self.n_state, self.code.zero()
        with code.loop(n) as i:
            total = code.zero()
            with code.loop(n) as j:
                total[0] = total[0] + code.abs(self.jacobian[i * n + j])
            largest[0] = code.largest(largest[0], total[0])
        return h * largest[0] < NOT_STIFF

    def prepare_curve(self, time: Value, h: Value) -> None:
        with self.code.loop(self.n_state) as i:
            for power, row in zip(self.powers, RODAS5P.dense, strict=True):
                power[i] = _sum((w, self.k[j][i]) for j, w in enumerate(row))

    def curve(self, x: Value, out: Memory) -> None:
        rest = 1.0 - x
        with self.code.loop(self.n_state) as i:
            first, second, third = (power[i] for power in self.powers)
            bend = first + x * (second + x * third)
            out[i] = rest * self.y[i] + x * (self.new[i] + rest * bend)


METHODS: dict[str, type[Method]] = {"DOP853": Explicit, "Rodas5P": Rosenbrock}


def _sum(terms: Iterable[tuple[float, Value]]) -> Value:
    """Return a weighted sum."""
    result: Value | None = None
    for weight, value in terms:
        result = value * weight if result is None else result + value * weight
    assert result is not None
    return result
