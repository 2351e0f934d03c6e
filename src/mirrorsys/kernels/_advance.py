"""The loop over steps in machine code: many members, several lanes, one phase.

Each lane carries one member from where it is to the end of the phase. A lane that is
done takes the next member at once, so that none waits for the slowest. What happens in a
lane depends on its own member alone: results do not depend on who sits beside it.
"""

from __future__ import annotations

from collections.abc import Callable

from llvmlite import ir

from mirrorsys.kernels._code import WORD, Code, Memory, Value
from mirrorsys.kernels._diffusion import Bounds
from mirrorsys.kernels._records import Records
from mirrorsys.kernels._steps import METHODS
from mirrorsys.kernels._stochastic import NOISY
from mirrorsys.kernels._table import STATUS

__all__ = ["advance_text"]

PATIENCE = 15.0  # steps in a row that suggest the other method
SHORTEST = 2.0**-48  # of a step beside the time it is added to


def advance_text(
    *,
    method: str,
    lanes: int,
    n_state: int,
    n_prepared: int,
    n_constant: int,
    n_input: int,
    n_watch: int,
    driven: bool,
    logs: bool,
    noisy: tuple[int, ...] = (),
    bounds: Bounds = (),
) -> str:
    """Return the function ``advance`` of a method as a module of LLVM.

    It calls ``prepare``, ``rates``, ``watch`` and, if the method needs it, ``jacobian``.
    """
    module = ir.Module("advance")
    loop = _Loop(
        Code(module, "advance", 1, lanes), method=(METHODS | NOISY)[method], n_state=n_state,
        n_prepared=n_prepared, n_constant=n_constant, n_input=n_input, n_watch=n_watch,
        driven=driven, logs=logs, noisy=noisy, bounds=bounds,
    )  # fmt: skip
    loop.write()
    return str(module)


class _Loop(Records):
    """The function `advance`, written section by section."""

    def write(self) -> None:
        code = self.code
        for each in (self.h, self.until, self.now, self.start, self.next_time):
            each[0] = 0.0
        self.idle[0], self.fresh[0], self.state_of[0] = 1.0, 0.0, 0.0
        self.after_rejection[0], self.misfit[0] = 0.0, 0.0
        with code.loop(self.n_state) as i:  # an empty lane computes with harmless numbers
            self.method.y[i], self.method.rate[i] = 0.0, 0.0
        for memory, n in ((self.gathered, self.n_constant), (self.cubics, 4 * self.n_input)):
            with code.loop(n) as i:
                memory[i] = 1.0
        code.call("prepare", self.gathered, self.gathered, self.gathered, self.prepared)
        with code.forever() as leave_if:
            with code.when(self.is_lane_free[0]):
                self._refill()
                self.is_lane_free[0] = Value(code, ir.IntType(1)(0))
            busy = self.idle[0].equals(0.0)
            leave_if(~code.any(busy))
            with code.when(code.any(self.fresh[0] > 0.0)):
                self._begin()
            self._step()
        code.end()

    def _refill(self) -> None:
        """Give every idle lane the next member."""
        code = self.code
        n_members = self.size["n_members"]
        with code.loop(code.lanes) as lane:
            is_free = self.idle.lane[lane] > 0.0
            with code.when(is_free & (self.next_member[0] < n_members)):
                m = self.next_member[0]
                self.next_member[0] = m + 1
                self._gather(self.method.y, self.states, self.n_state, lane, m)
                self._gather(self.gathered, self.constants, self.n_constant, lane, m)
                if self.driven:
                    self._gather(self.cubics, self.curves, 4 * self.n_input, lane, m)
                    self.start.lane[lane] = self.origin[m]
                self.now.lane[lane] = self.time[m]
                self.until.lane[lane] = self.end[m]
                self.h.lane[lane] = self.step[m]
                self.n_accepted.lane[lane] = self.tallies[m]
                self.n_rejected.lane[lane] = self.tallies[n_members + m]
                self.member.lane[lane] = code.number(m)
                if self.is_noisy:
                    self.stream.lane[lane] = self.streams[m]
                    self.count.lane[lane] = self.n_before[m]
                for each in (self.idle, self.after_rejection, self.misfit, self.state_of):
                    each.lane[lane] = 0.0
                self.fresh.lane[lane] = 1.0
                self.next_time.lane[lane] = self._first_time(self.time[m])

    def _gather(self, to: Memory, source: Memory, n: int, lane: Value, m: Value) -> None:
        """Copy the numbers of a member into a lane."""
        with self.code.loop(n) as i:
            to.lane[i * self.code.lanes + lane] = source[m * n + i]

    def _first_time(self, now: Value) -> Value:
        """Return the index of the first wanted time after `now`, as a number."""
        code, index = self.code, self.code.variable(WORD, 0)
        with code.forever() as leave_if:
            leave_if(index[0] >= self.size["n_times"])
            leave_if(self.times[index[0]] > now)
            index[0] = index[0] + 1
        return code.number(index[0])

    def _begin(self) -> None:
        """Compute the rates, and the first step where none is given, of fresh members."""
        code, method = self.code, self.method
        is_fresh, now = self.fresh[0] > 0.0, self.now[0]
        code.call("prepare", self.gathered, self.gathered, self.gathered, self.prepared)
        self._rates(method.y, now, method.probe_rate)
        with code.loop(self.n_state) as i:
            method.rate[i] = code.choose(is_fresh, method.probe_rate[i], method.rate[i])
        # A number that is not finite makes this sum no number; a finite one does not.
        sum_of_zeros = method.total(lambda i: method.rate[i] * 0.0)
        wrong = is_fresh & ~sum_of_zeros.equals(0.0)
        self.state_of[0] = code.choose(wrong, STATUS["rate not finite"], self.state_of[0])
        with code.when(code.any(is_fresh & self.h[0].equals(0.0))):
            self._first_step(is_fresh, now)
        method.begin(self.h[0])
        if self.n_watch:
            self._watch(method.y, now, self.probed)
            with code.loop(2 * self.n_watch) as w:
                self.before[w] = code.choose(is_fresh, self.probed[w], self.before[w])
        self.fresh[0] = 0.0

    def _first_step(self, is_fresh: Value, now: Value) -> None:
        """Choose the first step as in Hairer, Norsett, Wanner, section II.4."""
        code, method, n = self.code, self.method, float(self.n_state)

        with code.loop(self.n_state) as i:
            self.probe[i] = 1.0 / method.scale(i)

        def norm(term: Callable[[Value], Value]) -> Value:
            def square(i: Value) -> Value:
                value = term(i) * self.probe[i]
                return value * value

            return code.sqrt(method.total(square) / n)

        d0, d1 = norm(lambda i: method.y[i]), norm(lambda i: method.rate[i])
        first = code.choose((d0 < 1e-5) | (d1 < 1e-5), 1e-6, 0.01 * d0 / d1)
        first = code.least(first, self.until[0] - now)
        with code.loop(self.n_state) as i:
            method.stage[i] = method.y[i] + first * method.rate[i]
        self._rates(method.stage, now + first, method.probe_rate)
        d2 = norm(lambda i: method.probe_rate[i] - method.rate[i]) / first
        root = code.sqrt(code.sqrt(code.sqrt(0.01 / code.largest(d1, d2))))
        second = code.choose((d1 < 1e-15) & (d2 < 1e-15), code.largest(first * 1e-3, 1e-6), root)
        chosen = code.least(code.least(first * 100.0, second), self.until[0] - now)
        self.h[0] = code.choose(is_fresh & self.h[0].equals(0.0), chosen, self.h[0])

    def _step(self) -> None:
        """Try one step in every lane; keep it where its error is small enough."""
        code, method = self.code, self.method
        now, wanted, until = self.now[0], self.h[0], self.until[0]
        rest = until - now
        is_last = wanted * (1.0 + method.slack) >= rest
        h = code.choose(is_last, rest, wanted)
        reached = code.choose(is_last, until, now + h)
        error = method.step(now, h)
        running = self.idle[0].equals(0.0) & self.state_of[0].equals(0.0)
        error = self._with_error_of_curve(running & (error <= 1.0), error, now, h, reached)
        accepted = running & (error <= 1.0)
        factor = method.factor(error)
        most = code.choose(self.after_rejection[0] > 0.0, 1.0, 1e300)
        grown = h * code.choose(accepted, code.least(factor, most), code.least(factor, 1.0))
        grown = code.choose(accepted & is_last, code.largest(grown, wanted), grown)
        self._decide(running, accepted, is_last, error, grown, now)
        self._count_misfits(accepted & ~is_last, h)
        if self.n_watch:
            self._look(accepted, now, h)
        self._sample(accepted, now, h, reached)
        if self.logs:
            self.reached[0] = reached
            self._log_step(accepted, now, h)
        method.accept(accepted)
        self.now[0] = code.choose(accepted, reached, now)
        self.h[0] = code.choose(running, grown, wanted)
        self.after_rejection[0] = code.choose(running & ~accepted, 1.0, 0.0)
        over = self.idle[0].equals(0.0) & (self.state_of[0] > 0.0)
        with code.when(code.any(over)):
            self._retire()

    def _decide(
        self,
        running: Value,
        accepted: Value,
        is_last: Value,
        error: Value,
        grown: Value,
        now: Value,
    ) -> None:
        """Count steps, and set the status of members that are done or cannot go on."""
        code, status = self.code, self.state_of
        one = code.constant(1.0)
        self.n_accepted[0] = self.n_accepted[0] + code.choose(accepted, one, 0.0)
        self.n_rejected[0] = self.n_rejected[0] + code.choose(running & ~accepted, one, 0.0)
        limit = code.spread(code.number(self.size["max_steps"]))
        too_small = running & ~accepted & ((grown <= now * SHORTEST) | (grown < 1e-290))
        kind = code.choose(error < 1e300, STATUS["step too small"], STATUS["state not finite"])
        enough = accepted & (self.n_accepted[0] >= limit)
        status[0] = code.choose(enough, STATUS["too many steps"], status[0])
        status[0] = code.choose(too_small, kind, status[0])
        status[0] = code.choose(accepted & is_last, STATUS["done"], status[0])

    def _count_misfits(self, accepted: Value, h: Value) -> None:
        """Note steps that suggest the other method; after many, hand the member over."""
        code, may_switch = self.code, self.size["may_switch"]
        with code.when(may_switch > 0):
            change = code.choose(self.method.misfits(h), 1.0, -1.0)
            count = code.choose(accepted, self.misfit[0] + change, self.misfit[0])
            self.misfit[0] = code.largest(count, 0.0)
            patient = accepted & (self.misfit[0] >= PATIENCE) & self.state_of[0].equals(0.0)
            self.state_of[0] = code.choose(patient, STATUS["switch"], self.state_of[0])

    def _retire(self) -> None:
        """Write back the members that are over and set their lanes free."""
        code, n_members = self.code, self.size["n_members"]
        with code.loop(code.lanes) as lane:
            is_over = (self.idle.lane[lane]).equals(0.0) & (self.state_of.lane[lane] > 0.0)
            with code.when(is_over):
                m = code.whole(self.member.lane[lane])
                with code.loop(self.n_state) as i:
                    self.states[m * self.n_state + i] = self.method.y.lane[i * code.lanes + lane]
                self.time[m] = self.now.lane[lane]
                self.step[m] = self.h.lane[lane]
                self.status[m] = self.state_of.lane[lane]
                self.tallies[m] = self.n_accepted.lane[lane]
                self.tallies[n_members + m] = self.n_rejected.lane[lane]
                self.idle.lane[lane] = 1.0
        self.is_lane_free[0] = Value(code, ir.IntType(1)(1))
