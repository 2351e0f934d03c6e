"""Records: what is kept of the steps while they are made.

Samples at wanted times; for watches, pairs of a level function and a value, where the
level function changes its sign within a step: the moment is found on the curve of the
method by bisection. With one lane every step and crossing is logged; otherwise sums are
kept for each member: `RECORDS`.
"""

from __future__ import annotations

from llvmlite import ir

from mirrorsys.kernels._code import Memory, Value
from mirrorsys.kernels._table import RECORDS, STATUS, Table

__all__ = ["Records"]

BISECTIONS = 52


class Records(Table):
    """The part of the loop that looks at a step just made."""

    def _with_error_of_curve(
        self, accepted: Value, error: Value, now: Value, h: Value, reached: Value
    ) -> Value:
        """Prepare the curve where something is to be read from it; return the larger error."""
        code, found = self.code, self.code.zero()
        found[0] = error
        used = accepted & self._is_curve_used(now, h, reached)
        with code.when(code.any(used)):
            self.method.prepare_curve(now, h)
            larger = code.largest(error, self.method.error_of_curve())
            found[0] = code.choose(used, larger, error)
        return found[0]

    def _is_curve_used(self, now: Value, h: Value, reached: Value) -> Value:
        """Return where points of the step are logged, wanted, or where a watch changes its sign."""
        code, used = self.code, self.code.zero()
        if self.logs and self.method.n_points > 1:
            with code.when(self.size["logs_curves"] > 0):
                used[0] = 1.0
        with code.when(self.size["n_times"] > 0):
            wanted = self._wanted()
            used[0] = code.choose((wanted > now) & (wanted <= reached), 1.0, used[0])
        if self.n_watch:
            self._watch(self.method.new, now + h, self.after)
            with code.loop(self.n_watch) as w:
                crossed = self._differ(w, self.before[w] > 0.0, self.after[w] > 0.0)
                used[0] = code.choose(crossed, 1.0, used[0])
        return used[0] > 0.0

    def _wanted(self) -> Value:
        """Return the next wanted time of each lane, 0 where none is: time counts from 0 on."""
        code, wanted = self.code, self.code.zero()
        with code.loop(code.lanes) as lane:
            index = code.whole(self.next_time.lane[lane])
            with code.when(index < self.size["n_times"]):
                wanted.lane[lane] = self.times[index]
        return wanted[0]

    def _sample(self, accepted: Value, now: Value, h: Value, reached: Value) -> None:
        """Write the states at the wanted times within the step, whose curve is prepared."""
        code = self.code
        pending = code.zero()
        is_pending = code.variable(ir.IntType(1), 0)

        def look() -> None:
            wanted = self._wanted()
            found = accepted & (wanted > now) & (wanted <= reached)
            pending[0] = code.choose(found, wanted, -1.0)
            is_pending[0] = code.any(found)

        with code.when(self.size["n_times"] > 0):
            look()
            with code.forever() as leave_if:
                leave_if(is_pending[0].equals(0))
                fraction = code.least((pending[0] - now) / h, 1.0)
                self.method.curve(fraction, self.probe)
                with code.loop(code.lanes) as lane, code.when(pending.lane[lane] >= 0.0):
                    self._write_sample(lane)
                look()

    def _write_sample(self, lane: Value) -> None:
        code, n = self.code, self.n_state
        n_members = self.size["n_members"]
        index, m = code.whole(self.next_time.lane[lane]), code.whole(self.member.lane[lane])
        with code.loop(n) as i:
            place = (index * n + i) * n_members + m
            self.samples[place] = self.probe.lane[i * code.lanes + lane]
        self.next_time.lane[lane] = self.next_time.lane[lane] + 1.0

    def _look(self, accepted: Value, now: Value, h: Value) -> None:
        """Find where watches change their sign within the step, and keep what is asked for."""
        code, n_watch = self.code, self.n_watch
        if self.logs:
            self._look_and_log(accepted, now, h)
            return
        with code.loop(n_watch) as w:
            was, is_now = self.before[w] > 0.0, self.after[w] > 0.0
            crossed = accepted & self._differ(w, was, is_now)
            when, value = code.zero(), code.zero()
            value[0] = self.after[w + n_watch]
            with code.when(code.any(crossed)):
                when[0] = self._crossing(w, now, h)
                value[0] = code.choose(crossed, self.probed[w + n_watch], value[0])
            above = code.choose(was, code.choose(is_now, 1.0, when[0]), 0.0)
            above = code.choose(is_now & ~was, 1.0 - when[0], above)
            self._keep(w, accepted, crossed, was, now + when[0] * h, above * h, value[0])
        with code.loop(2 * n_watch) as w:
            self.before[w] = code.choose(accepted, self.after[w], self.before[w])

    def _differ(self, w: Value, was: Value, is_now: Value) -> Value:
        """Return where a watch changed its sign; to start at the level is no event, but a rise."""
        changed = (was & ~is_now) | (is_now & ~was)
        return changed & ~self.before[w].equals(0.0) if self.logs else changed

    def _crossing(self, w: Value, now: Value, h: Value) -> Value:
        """Return at which fraction of the step watch `w` changes its sign, by bisection."""
        code, low, high = self.code, self.code.zero(), self.code.variable(self.code.vector, 1.0)
        was = self.before[w] > 0.0
        with code.loop(BISECTIONS):
            middle = 0.5 * (low[0] + high[0])
            self.method.curve(middle, self.probe)
            self._watch(self.probe, now + middle * h, self.probed)
            is_like_before = (self.probed[w] > 0.0) & was | ~(self.probed[w] > 0.0) & ~was
            low[0] = code.choose(is_like_before, middle, low[0])
            high[0] = code.choose(is_like_before, high[0], middle)
        self.method.curve(high[0], self.probe)
        self._watch(self.probe, now + high[0] * h, self.probed)
        return high[0]

    def _keep(
        self,
        w: Value,
        accepted: Value,
        crossed: Value,
        was: Value,
        moment: Value,
        above: Value,
        value: Value,
    ) -> None:
        """Bring the records of each lane's member up to date."""
        code, n_members = self.code, self.size["n_members"]
        seen = {
            name: code.zero() for name in ("on", "crossed", "fell", "at", "above", "b", "v", "e")
        }
        seen["on"][0] = code.choose(accepted, 1.0, 0.0)
        seen["crossed"][0] = code.choose(crossed, 1.0, 0.0)
        seen["fell"][0] = code.choose(was, 1.0, 0.0)
        seen["at"][0], seen["above"][0], seen["v"][0] = moment, above, value
        seen["b"][0] = self.before[w + self.n_watch]
        seen["e"][0] = self.after[w + self.n_watch]
        with code.loop(code.lanes) as lane, code.when(seen["on"].lane[lane] > 0.0):
            m = code.whole(self.member.lane[lane])
            record = self.records.at(w * (len(RECORDS) * n_members) + m)
            place = {name: n_members * index for index, name in enumerate(RECORDS)}
            record[place["above"]] = record[place["above"]] + seen["above"].lane[lane]
            for each in ("b", "v", "e"):
                number = seen[each].lane[lane]
                record[place["highest"]] = code.largest(record[place["highest"]], number)
                record[place["lowest"]] = code.least(record[place["lowest"]], number)
            with code.when(seen["crossed"].lane[lane] > 0.0):
                is_fall = seen["fell"].lane[lane] > 0.0
                for kind, is_kind in (("rise", ~is_fall), ("fall", is_fall)):
                    with code.when(is_kind):
                        at = seen["at"].lane[lane]
                        first = record[place[f"first {kind}"]]
                        record[place[f"first {kind}"]] = code.least(first, at)
                        record[place[f"last {kind}"]] = at

    # ---- one lane: every step and crossing -------------------------------------------------

    def _log_step(self, accepted: Value, now: Value, h: Value) -> None:
        """Log the end of the step, and points of its curve before it."""
        code, n_points = self.code, self.method.n_points
        with code.when(code.any(accepted) & (self.size["steps_room"] > 0)):
            if n_points > 1:
                with code.when(self.size["logs_curves"] > 0), code.loop(n_points, 1) as point:
                    share = code.spread(code.number(point)) * (1.0 / n_points)
                    self.method.curve(share, self.probe)
                    self._log_point(now + share * h, self.probe)
            self._log_point(self.reached[0], self.method.new)
            is_full = self.logged[0] >= self.size["steps_room"]
            with code.when(is_full & (self.state_of.lane[0]).equals(0.0)):
                self.state_of[0] = STATUS["log full"]

    def _log_point(self, moment: Value, states: Memory) -> None:
        row, width = self.logged[0], self.n_state + 1
        at = self.code.zero()
        at[0] = moment
        self.steps_log[row * width] = at.lane[0]
        with self.code.loop(self.n_state) as i:
            self.steps_log[row * width + 1 + i] = states.lane[i]
        self.logged[0] = row + 1

    def _look_and_log(self, accepted: Value, now: Value, h: Value) -> None:
        """Log all crossings of the step; the earliest terminal one cuts the step short."""
        code, n_watch = self.code, self.n_watch
        with code.when(code.any(accepted)), code.loop(n_watch) as w:
            was, is_now = self.before[w] > 0.0, self.after[w] > 0.0
            crossed = self._differ(w, was, is_now)
            wanted = self.directions[w]
            is_wanted = wanted.equals(0.0) | (wanted > 0.0) & code.any(is_now)
            is_wanted = is_wanted | (wanted < 0.0) & code.any(was)
            with code.when(code.any(crossed) & is_wanted):
                fraction = self._crossing(w, now, h)
                self._log_hit(w, now + fraction * h)
        with code.loop(2 * n_watch) as w:
            # A step that rises to the level ends below it still, so that the next one crosses it.
            is_below = self.after[w].equals(0.0) & (self.before[w] < 0.0)
            self.before[w] = code.choose(accepted & ~is_below, self.after[w], self.before[w])

    def _log_hit(self, w: Value, moment: Value) -> None:
        code, width, row = self.code, self.n_state + 2, self.logged[1]
        at = code.zero()
        at[0] = moment
        self.hits_log[row * width] = code.number(w)
        self.hits_log[row * width + 1] = at.lane[0]
        with code.loop(self.n_state) as i:
            self.hits_log[row * width + 2 + i] = self.probe.lane[i]
        self.logged[1] = row + 1
        is_full = self.logged[1] + self.n_watch >= self.size["hits_room"]
        with code.when(is_full & (self.state_of.lane[0]).equals(0.0)):
            self.state_of[0] = STATUS["log full"]
        with code.when(self.terminal[w] > 0.0):
            self.state_of[0] = STATUS["stopped"]
