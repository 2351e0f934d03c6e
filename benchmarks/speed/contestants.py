"""Who computes: each a function from a problem and a tolerance to a function that runs it.

A run returns pathway strength at phase ends, shape (n_member, n_phase, 2). What is not
timed (translating equations, compiling) happens before. `THREADS` are used where the
contestant can.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

import mirrorsys as ms
from benchmarks.speed.problems import PATHWAYS, Problem
from mirrorsys._expressions import symbol

Array = NDArray[np.float64]
Run = Callable[[], Array]
THREADS = 2
FULL = 10**9


@dataclass(frozen=True)
class Contestant:
    """One way to compute, and how many members of it can be waited for.

    `needs` is the module that must be installed; beyond `most` members the time is that of
    fewer, extrapolated.
    """

    name: str
    prepare: Callable[[Problem, float], Run]
    needs: str = "numpy"
    most: int = FULL
    loads: tuple[str, ...] = ("session", "course", "outbursts", "sessions", "courses")

    @property
    def is_installed(self) -> bool:
        """Whether the module is there."""
        return importlib.util.find_spec(self.needs) is not None


def phase_by_phase(
    problem: Problem, advance: Callable[[Array, Array, Array, float], Array]
) -> Array:
    """Take one member after the other through the phases; `advance` gets p, u, y, duration."""
    found = np.empty((problem.n_members, len(problem.protocol), 2))
    phases = problem.phases
    for m, p in enumerate(problem.members):
        y = problem.start
        for number, (u, duration) in enumerate(phases):
            y = advance(p, u, y, duration)
            found[m, number] = y[PATHWAYS]
    return found


# ---- SciPy, its right-hand side by hand -------------------------------------------------------

NAMES = ("tau_R", "rho", "tau_G", "kappa", "beta", "mu", "nu", "tau_F", "alpha", "phi", "eta",
         "theta", "delta", "lambda_up", "lambda_down")  # fmt: skip


def by_hand(problem: Problem, rtol: float) -> Run:
    """Both persons at once, each state an array of two, in NumPy; SciPy's LSODA."""
    system = problem.system
    is_gated = system.name != "outbursts"
    columns = {
        name: [system.parameter_names.index(f"{who}.{name}") for who in ("client", "therapist")]
        for name in NAMES
    }

    def rhs(t: float, y: Array, q: dict[str, Array], s: Array, e: Array, contact: float) -> Array:
        R, G, F, W, H = y.reshape(2, 5).T
        m = contact * q["mu"] * (H * R * (1 - G))[::-1]
        n = contact * q["nu"] * G[::-1]
        rise = s + q["rho"] * R**2 + m
        dR = (-R + (1 - R) * rise - R * (q["beta"] * G + q["phi"] * F)) / q["tau_R"]
        dG = (-G + (1 - G) * (q["kappa"] * W * R + n)) / q["tau_G"]
        dF = (-F + (1 - F) * q["alpha"] * R) / q["tau_F"]
        dW = e * q["eta"] * R * (G**2 * (1 - W) - q["theta"] ** 2 * W) - q["delta"] * W
        dH = q["lambda_up"] * (1 - H) * R * n - q["lambda_down"] * H * R * F
        return np.array([dR, dG, dF, dW, e * dH if is_gated else dH]).T.ravel()

    def inputs(u: Array) -> tuple[Array, Array, float]:
        at = dict(zip(system.input_names, u, strict=True))
        s, e = (
            np.array([at[f"{who}.{name}"] for who in ("client", "therapist")])
            for name in ("stressor", "engagement")
        )
        return s, e, at["client_therapist.contact"]

    def advance(p: Array, u: Array, y: Array, duration: float) -> Array:
        q = {name: p[index] for name, index in columns.items()}
        solution = solve_ivp(rhs, (0, duration), y, method="LSODA", rtol=rtol, atol=rtol / 100,
                             args=(q, *inputs(u)))  # fmt: skip
        return solution.y[:, -1]

    return lambda: phase_by_phase(problem, advance)


# ---- mirrorsys --------------------------------------------------------------------------------


def kernel_alone(problem: Problem, rtol: float) -> Run:
    """Run the machine code that `simulate` calls, without Datasets."""
    from mirrorsys.kernels._lanes import lanes, sizes, table_of
    from mirrorsys.kernels._table import STATUS

    code = lanes(problem.system, logs=True)
    work, n = code.work(), len(problem.start)
    arrays: dict[str, Any] = {
        "sizes": sizes(n_members=1, n_times=0, max_steps=10**6, steps_room=0, hits_room=0,
                       may_switch=1),
        "tolerances": np.array([rtol, rtol / 100]), "states": np.empty(n), "work": work,
        **{name: np.zeros(1) for name in ("origin", "time", "end", "step", "status", "times")},
        "constants": np.empty(len(problem.system.parameters) + len(problem.system.inputs)),
        "tallies": np.zeros(2), "logged": np.zeros(2, dtype=np.int64), "samples": np.empty(0),
    }  # fmt: skip

    table = table_of(arrays)

    def advance(p: Array, u: Array, y: Array, duration: float) -> Array:
        arrays["states"][:] = y
        arrays["constants"][: p.size], arrays["constants"][p.size :] = p, u
        for name in ("time", "step", "status"):
            arrays[name][0] = 0.0
        arrays["end"][0], method = duration, "DOP853"
        code(method, table)
        while arrays["status"][0] == STATUS["switch"]:
            arrays["status"][0] = 0.0
            method = "Rodas5P" if method == "DOP853" else "DOP853"
            code(method, table)
        return arrays["states"]

    return lambda: phase_by_phase(problem, advance)


def params_of(problem: Problem) -> dict[str, float]:
    return dict(zip(problem.system.parameter_names, problem.members[0].tolist(), strict=True))


def simulate(problem: Problem, rtol: float) -> Run:
    """`mirrorsys.simulate`, Dataset and provenance included."""
    params = params_of(problem)

    def run() -> Array:
        found = ms.simulate(problem.system, protocol=problem.protocol, params=params,
                            engine="compiled", rtol=rtol, atol=rtol / 100)  # fmt: skip
        return found.pathway_at_end.values[np.newaxis]

    return run


def simulate_by_scipy(problem: Problem, rtol: float) -> Run:
    """`mirrorsys.simulate` with SciPy's LSODA."""
    params = params_of(problem)

    def run() -> Array:
        found = ms.simulate(problem.system, protocol=problem.protocol, params=params, rtol=rtol,
                            atol=rtol / 100)  # fmt: skip
        return found.pathway_at_end.values[np.newaxis]

    return run


def ensemble(problem: Problem, rtol: float, threads: int = THREADS) -> Run:
    """`mirrorsys.ensemble`, Dataset and provenance included."""
    members = dict(zip(problem.system.parameter_names, problem.members.T, strict=True))
    outputs = {
        name: ms.outputs.at_phase_ends(name) for name in ("client.pathway", "therapist.pathway")
    }

    def run() -> Array:
        with ThreadPoolExecutor(threads) as executor:
            found = ms.ensemble(
                problem.system, members, protocol=problem.protocol, outputs=outputs, rtol=rtol,
                atol=rtol / 100, executor=executor, progress=False,
            )  # fmt: skip
        return np.stack([found[name].values for name in outputs], axis=-1)

    return run


def lanes_alone(problem: Problem, rtol: float) -> Run:
    """Run the machine code that `ensemble` calls, in two threads, without outputs and Datasets."""
    from mirrorsys.flow._engines import settings_for
    from mirrorsys.flow._many import Batch, Task, runner
    from mirrorsys.flow._plans import plan

    settings = settings_for("compiled", None, rtol, rtol / 100, 10**6)
    advance = runner(Task(problem.system, (), settings, "compiled"))
    rest = {each.name: each.value for each in problem.system.inputs}
    plans = [plan(phase, problem.system, rest) for phase in problem.protocol]
    n, n_p = problem.members.shape
    rows = [slice(i, i + 512) for i in range(0, n, 512)]
    never = np.empty(0)

    def part(row: slice) -> Array:
        p = problem.members[row]
        counts = [np.zeros(len(p), dtype=np.int64) for _ in range(3)]
        batch = Batch(
            np.repeat(problem.start[np.newaxis], len(p), axis=0),
            np.hstack([p, np.zeros((len(p), len(rest)))]),
            streams=counts[0], n_steps=counts[1], n_stiff=counts[2],
        )  # fmt: skip
        ends = []
        for own in plans:
            batch.constants[:, n_p:] = own.constants
            advance(batch, own, never)
            ends.append(batch.states[:, PATHWAYS])
        return np.stack(ends, axis=1)

    def run() -> Array:
        with ThreadPoolExecutor(THREADS) as executor:
            return np.concatenate(list(executor.map(part, rows)))

    return run


# ---- heyoka -----------------------------------------------------------------------------------


@cache
def heyoka_system(system: ms.System) -> list[Any]:
    import heyoka as hy

    names = (*system.parameter_names, *system.input_names)
    states = {symbol(name): sp.Symbol(f"x{i}") for i, name in enumerate(system.state_names)}
    others = {symbol(name): sp.Symbol(f"c{i}") for i, name in enumerate(names)}
    known = {sp.Symbol(f"c{i}"): hy.par[i] for i in range(len(names))}
    variables = hy.make_vars(*(str(each) for each in states.values()))
    return [
        (x, hy.from_sympy(rhs.xreplace(states | others), known))
        for x, rhs in zip(variables, system.rhs, strict=True)
    ]


def heyoka_one(problem: Problem, rtol: float) -> Run:
    import heyoka as hy

    n = len(problem.members[0]) + len(problem.system.inputs)
    taylor = hy.taylor_adaptive(heyoka_system(problem.system), problem.start, pars=np.zeros(n),
                                tol=rtol)  # fmt: skip

    def advance(p: Array, u: Array, y: Array, duration: float) -> Array:
        taylor.time, taylor.state[:] = 0.0, y
        taylor.pars[: p.size], taylor.pars[p.size :] = p, u
        taylor.propagate_until(duration)
        return taylor.state.copy()

    return lambda: phase_by_phase(problem, advance)


def heyoka_batch(problem: Problem, rtol: float) -> Run:
    """Batches as wide as a vector register, half of them in each of two threads."""
    import heyoka as hy

    width = hy.recommended_simd_size()
    n = len(problem.members[0]) + len(problem.system.inputs)
    one = hy.taylor_adaptive_batch(
        heyoka_system(problem.system), np.zeros((len(problem.start), width)),
        pars=np.zeros((n, width)), tol=rtol,
    )  # fmt: skip
    phases = problem.phases
    begins = list(range(0, problem.n_members, width))

    def part(own: list[int]) -> dict[int, Array]:
        from copy import deepcopy

        taylor, found = deepcopy(one), {}
        for begin in own:
            p = problem.members[begin : begin + width]
            if len(p) < width:
                p = np.vstack([p, np.repeat(p[-1:], width - len(p), axis=0)])
            taylor.state[:] = problem.start[:, np.newaxis]
            ends = []
            for u, duration in phases:
                taylor.set_time(0.0)
                taylor.pars[:] = np.concatenate([p.T, np.repeat(u[:, np.newaxis], width, 1)])
                taylor.propagate_until(duration)
                ends.append(taylor.state[PATHWAYS].T.copy())
            found[begin] = np.stack(ends, axis=1)
        return found

    def run() -> Array:
        with ThreadPoolExecutor(THREADS) as executor:
            parts = list(executor.map(part, [begins[i::THREADS] for i in range(THREADS)]))
        merged = {begin: ends for each in parts for begin, ends in each.items()}
        return np.concatenate([merged[begin] for begin in begins])[: problem.n_members]

    return run


# ---- diffrax ----------------------------------------------------------------------------------


def diffrax_dopri8(problem: Problem, rtol: float, chunk: int = 256) -> Run:
    """Members by vmap in chunks that step together, phases by scan; compiled beforehand."""
    import diffrax
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    system = problem.system
    names = (*system.state_names, *system.parameter_names, *system.input_names)
    plain = {symbol(name): sp.Symbol(f"v{i}") for i, name in enumerate(names)}
    rates = sp.lambdify(list(plain.values()), [e.xreplace(plain) for e in system.rhs], "numpy",
                        cse=True)  # fmt: skip
    term = diffrax.ODETerm(lambda t, y, c: jnp.stack(rates(*y, *c[0], *c[1])))
    control = diffrax.PIDController(rtol=rtol, atol=rtol / 100)
    items = (
        jnp.array([inputs for inputs, _ in problem.phases]),
        jnp.array([duration for _, duration in problem.phases]),
    )

    def course(p: Any) -> Any:
        def phase(y: Any, item: Any) -> tuple[Any, Any]:
            solution = diffrax.diffeqsolve(
                term, diffrax.Dopri8(), 0.0, item[1], None, y, (p, item[0]),
                stepsize_controller=control, saveat=diffrax.SaveAt(t1=True), max_steps=None,
                adjoint=diffrax.ForwardMode(),
            )  # fmt: skip
            y = solution.ys[0]
            return y, y[jnp.array(PATHWAYS)]

        return jax.lax.scan(phase, jnp.asarray(problem.start), items)[1]

    n = problem.n_members
    width = min(chunk, -(-n // THREADS))
    lanes = [np.minimum(np.arange(i, i + width), n - 1) for i in range(0, n, width)]
    shape = jax.ShapeDtypeStruct((width, problem.members.shape[1]), np.float64)
    compiled = jax.jit(jax.vmap(course)).lower(shape).compile()

    def run() -> Array:
        found = np.empty((n, len(problem.phases), 2))

        def part(first: int) -> None:
            for rows in lanes[first::THREADS]:
                found[rows] = np.asarray(compiled(problem.members[rows]))

        with ThreadPoolExecutor(THREADS) as executor:
            list(executor.map(part, range(THREADS)))
        return found

    return run


# ---- numbalsoda, JiTCODE, libroadrunner ---------------------------------------------------------


def numbalsoda(problem: Problem, rtol: float) -> Run:
    """LSODA in C++ with a right-hand side in numba, member after member in two threads."""
    from numba import carray, cfunc, njit
    from numbalsoda import lsoda, lsoda_sig

    from mirrorsys.kernels._source import function_source

    system, n = problem.system, len(problem.start)
    space: dict[str, Any] = {"sqrt": np.sqrt}
    exec(function_source("rates", system, list(system.rhs), (n,)), space)
    rates, n_p, n_u = njit(space["rates"]), problem.members.shape[1], len(system.inputs)

    @cfunc(lsoda_sig)
    def rhs(t, y_, dy, c_):  # type: ignore[no-untyped-def]
        c = carray(c_, (n_p + n_u,))
        rates(carray(y_, (n,)), c[:n_p], c[n_p:], carray(dy, (n,)))

    address = rhs.address

    @njit(nogil=True)
    def course(p, inputs, durations, y, found):  # type: ignore[no-untyped-def]
        c = np.empty(n_p + n_u)
        c[:n_p] = p
        for k in range(len(durations)):
            c[n_p:] = inputs[k]
            times = np.array([0.0, durations[k]])
            ends, _ = lsoda(address, y, times, c, rtol, rtol / 100, 10**8)
            y = ends[-1].copy()
            found[k, 0], found[k, 1] = y[3], y[8]

    inputs = np.array([problem.inputs(phase) for phase in problem.protocol])
    durations = np.array([phase.duration for phase in problem.protocol])
    course(problem.members[0], inputs[:1], durations[:1], problem.start, np.empty((1, 2)))

    def run() -> Array:
        found = np.empty((problem.n_members, len(durations), 2))

        def part(first: int) -> None:
            for m in range(first, problem.n_members, THREADS):
                course(problem.members[m], inputs, durations, problem.start, found[m])

        with ThreadPoolExecutor(THREADS) as executor:
            list(executor.map(part, range(THREADS)))
        return found

    return run


def jitcode(problem: Problem, rtol: float) -> Run:
    import symengine
    from jitcode import jitcode as JiTCODE
    from jitcode import y as state

    system = problem.system
    names = (*system.parameter_names, *system.input_names)
    controls = [symengine.Symbol(f"c{i}") for i in range(len(names))]
    states = {symbol(name): sp.Symbol(f"x{i}") for i, name in enumerate(system.state_names)}
    others = {symbol(name): sp.Symbol(f"c{i}") for i, name in enumerate(names)}
    place = {symengine.Symbol(f"x{i}"): state(i) for i in range(len(states))}
    rhs = [symengine.sympify(e.xreplace(states | others)).subs(place) for e in system.rhs]
    solver = JiTCODE(rhs, control_pars=controls, verbose=False)
    solver.compile_C()

    def advance(p: Array, u: Array, y: Array, duration: float) -> Array:
        solver.set_parameters(*p, *u)
        solver.set_integrator("LSODA", rtol=rtol, atol=rtol / 100, nsteps=10**8)
        solver.set_initial_value(y, 0.0)
        return solver.integrate(duration)

    return lambda: phase_by_phase(problem, advance)


def roadrunner(problem: Problem, rtol: float) -> Run:
    """CVODE on a model that LLVM compiles, written as SBML through antimony."""
    import antimony
    import roadrunner as rr

    system = problem.system
    names = (*system.state_names, *system.parameter_names, *system.input_names)
    short = {name: f"v{i}" for i, name in enumerate(names)}
    plain = {symbol(name): sp.Symbol(each) for name, each in short.items()}
    lines = [f"{short[name]} = 0.5;" for name in names]
    for name, rhs in system.equations.items():
        text = str(rhs.xreplace(plain)).replace("**", "^")
        lines.append(f"{short[name]}' = {text};")
    if antimony.loadAntimonyString("model m()\n" + "\n".join(lines) + "\nend\n") < 0:
        raise RuntimeError(antimony.getLastError())
    model = rr.RoadRunner(antimony.getSBMLString("m"))
    model.integrator.relative_tolerance = rtol
    model.integrator.absolute_tolerance = rtol / 100
    model.integrator.maximum_num_steps = 10**8
    n = len(problem.start)
    own = list(short.values())

    def advance(p: Array, u: Array, y: Array, duration: float) -> Array:
        for name, value in zip(own, (*y, *p, *u), strict=True):
            model.model[name] = value
        model.integrator.restart(0.0)
        model.simulate(0, duration, 2)
        return np.array([model.model[name] for name in own[:n]])

    return lambda: phase_by_phase(problem, advance)


SINGLE, MANY = ("session", "course", "outbursts"), ("sessions", "courses")
CONTESTANTS = [
    Contestant("solve_ivp LSODA, NumPy by hand", by_hand, most=2),
    Contestant("mirrorsys kernel alone", kernel_alone, loads=SINGLE),
    Contestant("mirrorsys.simulate, compiled", simulate, loads=SINGLE),
    Contestant("mirrorsys.simulate, SciPy", simulate_by_scipy, loads=SINGLE),
    Contestant("mirrorsys lanes alone, 2 threads", lanes_alone, loads=MANY),
    Contestant("mirrorsys.ensemble, 2 threads", ensemble, loads=MANY),
    Contestant("mirrorsys.ensemble, 1 thread", lambda p, r: ensemble(p, r, 1), loads=MANY),
    Contestant("heyoka", heyoka_one, "heyoka", loads=SINGLE),
    Contestant("heyoka, batches, 2 threads", heyoka_batch, "heyoka", loads=MANY),
    Contestant("numbalsoda LSODA, 2 threads", numbalsoda, "numbalsoda", most=256),
    Contestant("diffrax Dopri8, 2 threads", diffrax_dopri8, "diffrax", most=64),
    Contestant("JiTCODE LSODA", jitcode, "jitcode", loads=SINGLE),
    Contestant("libroadrunner CVODE", roadrunner, "roadrunner", most=32),
]
