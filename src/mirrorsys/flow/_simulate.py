"""simulate: a system, a protocol, a Dataset."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from tqdm import tqdm

from mirrorsys._system import System, check_system
from mirrorsys._values import as_number, initial_values, parameter_and_input_values
from mirrorsys.flow._accuracy import check_estimable, with_errors
from mirrorsys.flow._dataset import Trajectory, check_variables, to_dataset
from mirrorsys.flow._engines import Engine, chosen_engine, settings_for
from mirrorsys.flow._events import Event, checked_events
from mirrorsys.flow._noise import check_noise
from mirrorsys.flow._plans import Plan, plan, reset
from mirrorsys.flow._problem import Noise, PhaseProblem, PhaseResult
from mirrorsys.flow._progress import is_hidden
from mirrorsys.kernels import backend_in_use
from mirrorsys.protocols import Phase, Protocol

__all__ = ["IntegrationError", "checked_protocol", "simulate"]

Array = NDArray[np.float64]
SECONDS_BEFORE_PROGRESS = 2.0


class IntegrationError(RuntimeError):
    """An integration that could not be finished.

    Attributes
    ----------
    partial : xarray.Dataset
        Everything computed up to the failure.
    time : float
        Where it failed, in the system's time unit.
    phase : str
        The name of the phase in which it failed.
    state : dict of str to float
        The last state computed.
    """

    def __init__(
        self, message: str, partial: xr.Dataset, time: float, phase: str, state: dict[str, float]
    ) -> None:
        super().__init__(message)
        self.partial, self.time, self.phase, self.state = partial, time, phase, state

    def __reduce__(self) -> tuple[Any, ...]:
        # So that it can travel from a worker process.
        return type(self), (self.args[0], self.partial, self.time, self.phase, self.state)


def simulate(
    system: System,
    *,
    protocol: Protocol | Phase | None = None,
    duration: float | None = None,
    times: ArrayLike | None = None,
    initial: Mapping[str, float] | None = None,
    params: Mapping[str, float] | None = None,
    events: Mapping[str, Event | str] | None = None,
    noise: Noise | None = None,
    seed: int | None = None,
    engine: str = "scipy",
    method: str | None = None,
    rtol: float = 1e-8,
    atol: float = 1e-10,
    max_steps: int = 1_000_000,
    error_estimate: bool = False,
) -> xr.Dataset:
    """Integrate a system through a protocol, phase by phase.

    Parameters
    ----------
    system : System
    protocol : Protocol, optional
        What happens from outside. The integrator is restarted at every edge.
    duration : float, optional
        Instead of a protocol: how long to run with all inputs at rest.
    times : array_like, shape (n_times,), optional
        Strictly increasing, from 0 to the end. By default the integrator's own steps (each
        in eight points by the compiled engine, whose steps are long) and all edges. Between
        steps states are interpolated, which is less exact than at their ends and at edges.
    initial : mapping of str to float, optional
        States that start elsewhere than their default; a bare name stands for that
        state of every person.
    params : mapping of str to float, optional
        Parameters, and levels at which inputs rest, that differ from their defaults.
    events : mapping of str to Event or str, optional
        By name, for example ``{"calm": "client.threat < 0.1"}``.
    noise : Noise, optional
        How the system's diffusion is stepped; it must be given if there is any.
    seed : int, optional
        With noise: the same seed gives the same path.
    engine : {"scipy", "compiled", "taylor", "auto"}
        ``"compiled"`` steps in machine code, which is some hundred times faster and takes
        a second or two to compile a system for the first time; it needs llvmlite.
        ``"taylor"`` is heyoka's integrator, where that is installed. ``"auto"`` takes the
        compiled one where it can.
    method : str, optional
        Of SciPy: "LSODA" (default; switches between stiff and non-stiff steps by itself),
        "Radau", "BDF", "DOP853" or "RK45". Compiled: "switching" (default; DOP853, and
        Rodas5P while the problem is stiff), "DOP853" or "Rodas5P".
    rtol, atol : float
        Relative tolerance, and absolute one in units of the states, of each step. How errors
        of steps add up, or grow, depends on the system.
    max_steps : int
        The largest number of steps in one phase.
    error_estimate : bool
        Whether to integrate once more with a hundredth of the tolerances (about three times the
        work). ``threat_error`` then says how far `threat` is from that, and the attribute
        `accuracy` how large the largest error is, in multiples of tolerance.

    Returns
    -------
    xarray.Dataset
        Time first. One variable for each state, input and output; ``client.threat``
        is variable ``threat`` at ``person="client"``. At an edge the values are those of
        the phase that begins. ``*_at_end`` holds each state at the end of each
        phase, `event_time` and ``event_name`` the events. Attributes hold what is needed
        to run it again.

    Raises
    ------
    ValueError
        If an argument does not fit the system; the message says which and how.
    IntegrationError
        If the integrator fails; it carries the part computed so far.

    Warns
    -----
    UserWarning
        If errors are estimated and one is larger than a hundred times the tolerance: near the
        boundary of a basin, along outbursts, in chaos.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> decay = ms.System("decay", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1})
    >>> run = ms.simulate(decay, duration=2, times=[0, 1, 2])
    >>> run.x.values.round(4)
    array([1.    , 0.6065, 0.3679])
    """
    check_system(system)
    check_noise(system, noise, seed)
    check_variables(system)
    protocol = checked_protocol(protocol, duration, times)
    name, integrate, why = chosen_engine(engine, noise)
    settings = settings_for(name, method, rtol, atol, max_steps, noise, seed)
    if error_estimate:
        check_estimable(name, settings)
    parameters, rest = parameter_and_input_values(system, params)
    start = initial_values(system, initial)
    named_events = checked_events(events, system)
    wanted = None if times is None else _output_times(times, protocol.duration)
    plans = [plan(phase, system, rest) for phase in protocol]

    trajectory = Trajectory(system, protocol, parameters, rest, start, named_events, settings,
                            name, why, backend_in_use(), wanted is not None)  # fmt: skip
    _run_through(trajectory, plans, integrate, wanted)
    run = to_dataset(trajectory)
    if not error_estimate:
        return run
    again = partial(
        simulate, system, protocol=protocol, initial=initial, params=params, events=events,
        engine=name, method=settings.method, max_steps=max_steps,
    )  # fmt: skip
    return with_errors(run, system, settings, again)


def _run_through(
    run: Trajectory, plans: Sequence[Plan], integrate: Engine, wanted: Array | None
) -> None:
    """Integrate phase after phase, until the last one or a terminal event."""
    system, edges = run.system, run.protocol.edges
    p = np.array(list(run.parameters.values()), dtype=float)
    state = np.array(list(run.start.values()), dtype=float)
    with tqdm(
        total=run.protocol.duration, delay=SECONDS_BEFORE_PROGRESS, disable=is_hidden(),
        leave=False, desc=system.name, unit=system.time_unit,
    ) as bar:  # fmt: skip
        for index, (each, begin) in enumerate(zip(plans, edges, strict=False)):
            state = _reset(each.phase, state, begin, run)
            last = index == len(plans) - 1
            asked = _inside(wanted, begin, edges[index + 1], last)
            # Rounding of begin + duration must not put a time beyond the end of its phase.
            own = None if asked is None else np.minimum(asked - begin, each.phase.duration)
            task = PhaseProblem(
                system=system, plan=each, parameters=p, state0=state, times=own,
                events=run.events, progress=partial(_report, bar, begin),
                n_before=run.counts["n_steps"],
            )  # fmt: skip
            result = integrate(task, run.settings)
            _report(bar, begin, result.end)
            run.add(begin, asked, task, result, last)
            state = result.end_state
            if result.failure:
                raise _failure(run, each.phase, begin, result)
            if result.stopped_by is not None:
                break


def _report(bar: tqdm[Any], begin: float, time: float) -> None:
    """Move the progress bar to `time` of the phase that started at `begin`."""
    bar.update(begin + time - bar.n)


def checked_protocol(
    protocol: Protocol | Phase | None, duration: float | None, times: ArrayLike | None
) -> Protocol:
    """Return the protocol of a run that is given one, a phase or a duration."""
    if isinstance(protocol, Phase):
        protocol = Protocol((protocol,), name=protocol.name)
    if protocol is not None and not isinstance(protocol, Protocol):
        raise TypeError(f"`protocol` is {protocol!r}; give a Protocol or a Phase.")
    if protocol is not None and duration is not None:
        raise ValueError(
            f"both `protocol` and `duration` ({duration!r}) are given; a protocol has its own "
            "duration: leave one of them out."
        )
    if protocol is not None:
        return protocol
    if duration is None and times is None:
        raise ValueError("neither `protocol` nor `duration` is given; give one of them.")
    end = duration if duration is not None else float(_checked_times(times)[-1])
    if not 0 < as_number(end) < math.inf:
        label = "duration" if duration is not None else "times"
        raise ValueError(f"`{label}` ends the run at {end!r}; give a finite time of more than 0.")
    return Protocol((Phase(end, name="run"),), name="inputs at rest")


def _checked_times(times: Any) -> Array:
    try:
        wanted = np.asarray(times, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"`times` is {times!r}; give one axis of numbers.") from None
    if wanted.ndim != 1 or wanted.size == 0:
        raise ValueError(f"`times` has shape {wanted.shape}; give one axis with at least one time.")
    if (bad := np.flatnonzero(~np.isfinite(wanted))).size:
        raise ValueError(
            f"`times` holds {wanted[bad[0]]} (number {bad[0] + 1}); leave it out: times are finite."
        )
    if (bad := np.flatnonzero(np.diff(wanted) <= 0)).size:
        earlier, later = wanted[bad[0] : bad[0] + 2]
        raise ValueError(
            f"`times` goes from {earlier:g} to {later:g}; give strictly increasing times."
        )
    return wanted


def _output_times(times: ArrayLike, end: float) -> Array:
    wanted = _checked_times(times)
    slack = 1e-9 * max(end, 1.0)
    if wanted[0] < 0 or wanted[-1] > end + slack:
        raise ValueError(
            f"`times` runs from {wanted[0]:g} to {wanted[-1]:g}, but the run from 0 to {end:g}; "
            "give times inside it."
        )
    return np.asarray(np.minimum(wanted, end))


def _inside(wanted: Array | None, begin: float, end: float, last: bool) -> Array | None:
    """Return the requested times of one phase, begin <= time < end (or <= end in the last)."""
    if wanted is None:
        return None
    return wanted[(wanted >= begin) & ((wanted <= end) if last else (wanted < end))]


def _reset(phase: Phase, state: Array, begin: float, trajectory: Trajectory) -> Array:
    try:
        return reset(phase, trajectory.system, state, trajectory.start)
    except ValueError as error:
        if not trajectory.times:  # nothing computed so far that could be lost
            raise
        result = PhaseResult(end_state=state, failure=f"{error}")
        raise _failure(trajectory, phase, begin, result) from error


def _failure(
    trajectory: Trajectory, phase: Phase, begin: float, result: PhaseResult
) -> IntegrationError:
    system = trajectory.system
    time = begin + result.end
    state = dict(zip(system.state_names, result.end_state.tolist(), strict=True))
    shown = ", ".join(f"{name}={value:.4g}" for name, value in list(state.items())[:6])
    message = (
        f"integration of {system.name!r} failed at time {_with_unit(time, system.time_unit)} "
        f"in phase {phase.name!r} at {shown}: {result.failure}. Try another `method` or looser "
        "tolerances, or check the equations there; `.partial` holds the run up to this time."
    )
    trajectory.status = f"failed: {result.failure}"
    return IntegrationError(message, to_dataset(trajectory), time, phase.name, state)


def _with_unit(time: float, unit: str) -> str:
    return f"{time:g}" if unit == "1" else f"{time:g} {unit}"
