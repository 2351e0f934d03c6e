"""Table: what the loop over steps finds in memory, and where it keeps its own numbers."""

from __future__ import annotations

from llvmlite import ir

from mirrorsys.kernels._code import DOUBLE, WORD, Code, Memory, Value
from mirrorsys.kernels._diffusion import Bounds
from mirrorsys.kernels._steps import Method
from mirrorsys.kernels._stochastic import EulerMaruyama

__all__ = ["BLOCK", "FIELDS", "MOST_STATES", "RECORDS", "SIZES", "STATUS", "Table", "work_size"]

# What the function finds at each address of its table; M is the number of members.
FIELDS = (
    "sizes",  # words: SIZES
    "tolerances",  # doubles: rtol, atol
    "states",  # (M, n_state), read and written
    "constants",  # (M, n_parameter + n_input)
    "curves",  # (M, n_input, 4): inputs as cubics of the time since `origin`
    "origin",  # (M,)
    "time",  # (M,), read and written
    "end",  # (M,)
    "step",  # (M,), the next step, 0 to choose one; read and written
    "status",  # (M,), STATUS; read and written
    "streams",  # (M,): each member's source of noise
    "n_before",  # (M,): steps it has made in earlier phases
    "tallies",  # (3, M): steps, rejected steps, first steps chosen
    "times",  # (n_times,), at which states are wanted
    "samples",  # (n_times, n_state, M)
    "records",  # (n_watch, RECORDS, M)
    "terminal",  # (n_watch,): 1 where a crossing ends the run, with its direction below
    "directions",  # (n_watch,): 1 rising, -1 falling, 0 both
    "steps_log",  # (room + POINTS, 1 + n_state): time and states at points of each step
    "hits_log",  # (room, 2 + n_state): watch, time and states
    "logged",  # words: number of steps and hits logged
    "work",  # memory of the function's own
)
SIZES = ("n_members", "n_times", "max_steps", "steps_room", "hits_room", "logs_curves",
         "may_switch", "seed")  # fmt: skip
RECORDS = ("first rise", "first fall", "last rise", "last fall", "above", "highest", "lowest")
BLOCK = 8  # doubles: the widest vector
MOST_STATES = 60  # of the implicit method, whose matrix is full
STATUS = {
    "running": 0, "done": 1, "too many steps": 2, "step too small": 3, "state not finite": 4,
    "rate not finite": 5, "switch": 6, "log full": 7, "stopped": 8,
}  # fmt: skip


def work_size(n_state: int, n_prepared: int, n_constant: int, n_input: int, n_watch: int) -> int:
    """Return how many vectors of memory the function needs, whatever its method."""
    own = n_prepared + n_constant + 5 * n_input + 6 * n_watch
    full = 2 * n_state**2 if n_state <= MOST_STATES else 0
    return full + 40 * n_state + own + 64 * BLOCK


class Table:
    """The arrays of a call, the lanes' own memory, and the functions of the system."""

    sizes: Memory
    tolerances: Memory
    states: Memory
    constants: Memory
    curves: Memory
    origin: Memory
    time: Memory
    end: Memory
    step: Memory
    status: Memory
    streams: Memory
    n_before: Memory
    tallies: Memory
    times: Memory
    samples: Memory
    records: Memory
    terminal: Memory
    directions: Memory
    steps_log: Memory
    hits_log: Memory
    logged: Memory
    work: Memory

    def __init__(
        self,
        code: Code,
        *,
        method: type[Method],
        n_state: int,
        n_prepared: int,
        n_constant: int,
        n_input: int,
        n_watch: int,
        driven: bool,
        logs: bool,
        noisy: tuple[int, ...],
        bounds: Bounds,
    ) -> None:
        self.code, self.n_state, self.n_constant = code, n_state, n_constant
        self.n_input, self.n_watch, self.driven, self.logs = n_input, n_watch, driven, logs
        self.is_noisy = bool(noisy)
        table = code.argument(0)
        for index, name in enumerate(FIELDS):
            kind = WORD if name in {"sizes", "logged"} else None if name == "work" else DOUBLE
            setattr(self, name, code.pointer(table, index, kind))
        self.size = {name: self.sizes[index] for index, name in enumerate(SIZES)}
        self.used = 0
        self.gathered, self.prepared = self._room(n_constant), self._room(n_prepared)
        self.inputs, self.cubics = self._room(max(n_input, 1)), self._room(4 * n_input)
        self.now, self.h, self.until, self.start = (self._room(1) for _ in range(4))
        self.idle, self.fresh, self.after_rejection = (self._room(1) for _ in range(3))
        self.state_of, self.misfit, self.next_time = (self._room(1) for _ in range(3))
        self.n_accepted, self.n_rejected, self.member = (self._room(1) for _ in range(3))
        self.before, self.after, self.probed = (self._room(2 * n_watch) for _ in range(3))
        self.probe, self.reached = self._room(n_state), self._room(1)
        rtol, atol = (code.spread(self.tolerances[index]) for index in range(2))
        self.method = method(code, n_state, self._room, self._rates, self.prepared, rtol, atol)
        self.method.inputs = self.inputs
        self.stream, self.count = self._room(1), self._room(1)
        if isinstance(self.method, EulerMaruyama):
            self.method.noisy, self.method.bounds = noisy, bounds
            self.method.seed = self.size["seed"]
            self.method.stream, self.method.n_before = self.stream, self.count
            self.method.n_steps = self.n_accepted
        self.next_member = code.variable(WORD, 0)
        self.is_lane_free = code.variable(ir.IntType(1), 1)

    def _room(self, n_vectors: int) -> Memory:
        memory = self.work.at(self.used)
        # With one lane a network's own vectors may lie here: they begin at whole ones.
        unit = BLOCK if self.code.lanes == 1 else 1
        self.used += -(-n_vectors // unit) * unit
        return memory

    # ---- the system's functions ----------------------------------------------------------

    def _rates(self, states: Memory, time: Value, out: Memory) -> None:
        self._set_inputs(time)
        self.code.call("rates", states, self.prepared, self.inputs, out)

    def _watch(self, states: Memory, time: Value, out: Memory) -> None:
        self._set_inputs(time)
        self.code.call("watch", states, self.prepared, self.inputs, out)

    def _set_inputs(self, time: Value) -> None:
        if not self.driven:
            return
        since = time - self.start[0]
        with self.code.loop(self.n_input) as i:
            c0, c1, c2, c3 = (self.cubics[i * 4 + power] for power in range(4))
            self.inputs[i] = c0 + since * (c1 + since * (c2 + since * c3))
