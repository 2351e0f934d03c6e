"""diffrax: explicit Runge-Kutta methods on JAX; members by vmap, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contestant import MANY, ONE, Contestant, call, in_threads
from ..loads import Courses, Paths
from ..models import PATHWAYS, rates

Array = NDArray[np.float64]
CHUNK = 256  # members that step together
RTOL, ATOL = 1e-10, 1e-12


def course_function(load: Courses, solver: str) -> Callable[..., Any]:
    """Return the compiled map from members of a chunk to pathway strength at phase ends."""
    import diffrax
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    is_gated, start = load.model.is_gated, load.model.start
    term = diffrax.ODETerm(lambda t, y, c: jnp.stack(rates(y, c[0], c[1], is_gated)))
    control = diffrax.PIDController(rtol=RTOL, atol=ATOL)

    def course(p: Any) -> Any:
        def phase(y: Any, item: Any) -> tuple[Any, Any]:
            u, duration = item
            solution = diffrax.diffeqsolve(
                term, getattr(diffrax, solver)(), 0.0, duration, None, y, (p, u),
                stepsize_controller=control, saveat=diffrax.SaveAt(t1=True), max_steps=None,
                adjoint=diffrax.ForwardMode(),
            )  # fmt: skip
            y = solution.ys[0]
            return y, y[jnp.array(PATHWAYS)]

        items = (jnp.asarray(load.inputs), jnp.asarray(load.durations))
        return jax.lax.scan(phase, jnp.asarray(start), items)[1]

    return jax.vmap(course)


def prepare(load: Courses, solver: str) -> Callable[[], Array]:
    import jax

    width = min(CHUNK, -(-load.size // load.threads))
    begins = range(0, load.size, width)
    lanes = [np.minimum(np.arange(i, i + width), load.size - 1) for i in begins]  # equal shapes
    shape = jax.ShapeDtypeStruct((width, load.members.shape[1]), np.float64)
    jax.config.update("jax_enable_x64", True)
    compiled = jax.jit(course_function(load, solver)).lower(shape).compile()

    def run() -> Array:
        found = np.empty((load.size, len(load.phases), 2))

        def work(thread: int) -> None:
            for chunk in lanes[thread :: load.threads]:
                found[chunk] = np.asarray(compiled(load.members[chunk]))

        in_threads(load.threads, work)
        return found

    return run


def prepare_noise(load: Paths) -> Callable[[], Array]:
    """Euler steps with increments drawn as they are needed: no tree, no memory."""
    import diffrax
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def path(key: Any) -> Any:
        increments = diffrax.UnsafeBrownianPath(shape=(), key=key)
        terms = diffrax.MultiTerm(
            diffrax.ODETerm(lambda t, x, args: -load.pull * x),
            diffrax.ControlTerm(lambda t, x, args: jnp.asarray(load.noise), increments),
        )
        solution = diffrax.diffeqsolve(
            terms, diffrax.Euler(), 0.0, load.n_steps * load.step, load.step,
            jnp.asarray(load.start), saveat=diffrax.SaveAt(t1=True), max_steps=load.n_steps + 1,
            adjoint=diffrax.DirectAdjoint(),
        )  # fmt: skip
        return solution.ys[0]

    keys = jax.random.split(jax.random.key(load.seed), load.size)
    compiled = jax.jit(jax.vmap(path)).lower(keys).compile()
    return lambda: np.asarray(compiled(keys))


CONTESTANTS = (
    Contestant("diffrax Tsit5", (*ONE, *MANY), partial(prepare, solver="Tsit5"), call, "diffrax",
               most={"courses": 8}),
    Contestant("diffrax Dopri8", (*ONE, *MANY), partial(prepare, solver="Dopri8"), call, "diffrax",
               most={"courses": 64}),
    Contestant("diffrax Euler", ("noise",), prepare_noise, call, "diffrax", most={"noise": 1000}),
)  # fmt: skip
