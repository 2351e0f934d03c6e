"""ensemble: a system, its members, a protocol; a Dataset with a dimension `member`."""

from __future__ import annotations

import json
import math
import os
import warnings
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from threading import Event
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from tqdm import tqdm

from mirrorsys._system import System, check_system
from mirrorsys._values import as_number
from mirrorsys.flow._chunks import Chunk, run_chunk
from mirrorsys.flow._engines import chosen_engine, settings_for
from mirrorsys.flow._members import checked_members
from mirrorsys.flow._noise import check_noise
from mirrorsys.flow._plans import plan
from mirrorsys.flow._problem import Noise
from mirrorsys.flow._progress import is_hidden
from mirrorsys.flow._segments import occurrences, segments
from mirrorsys.flow._simulate import checked_protocol
from mirrorsys.flow._tables import attributes_of, dataset_of
from mirrorsys.flow.outputs import Output, check_inside, checked_outputs
from mirrorsys.protocols import Phase, Protocol

__all__ = ["ensemble"]

SECONDS_BEFORE_PROGRESS = 2.0
LARGEST_CHUNK, CHUNKS_FOR_EACH = 1024, 4  # members; chunks for each thread, at least
CHECKED, LOOSER, SENSITIVE = 8, 100.0, 1e-3  # members, times the tolerances, relative
WAITING = 3  # chunks handed out for each that is being worked at

Work = Callable[[Chunk], dict[str, NDArray[Any]]]


def ensemble(
    system: System,
    members: Any,
    *,
    protocol: Protocol | Phase | Sequence[Protocol] | None = None,
    duration: float | None = None,
    outputs: Mapping[str, Output] | ArrayLike | None = None,
    noise: Noise | None = None,
    seed: int | None = None,
    engine: str = "auto",
    method: str | None = None,
    rtol: float = 1e-10,
    atol: float = 1e-12,
    max_steps: int = 1_000_000,
    executor: Executor | None = None,
    store: str | os.PathLike[str] | None = None,
    chunk: int | None = None,
    progress: bool = True,
) -> xr.Dataset:
    """Integrate many members of a system and keep what is asked for of each.

    Parameters
    ----------
    system : System
    members : Dataset, DataFrame, sequence of mappings, or int
        What differs between them: parameters, inputs at rest and states at the beginning, as
        from `mirrorsys.sample`; a bare name stands for that quantity of every person. A number
        stands for as many members with the defaults, which noise tells apart.
    protocol : Protocol, or sequence of them, optional
        The same for all, or one for each member; in that case all must have the same
        phase names.
    duration : float, optional
        Instead of a protocol: how long to run with all inputs at rest.
    outputs : mapping of str to Output, or array_like of times, optional
        What to keep, as from `mirrorsys.outputs`; times stand for all states at them. By
        default all states at the end of each phase.
    noise, seed
        As in `simulate`; each member has random numbers of its own, which depend on the seed
        and its position alone.
    engine, method, rtol, atol, max_steps
        As in `simulate`. Tolerances are tighter here: errors in phase grow from session to
        session where threat bursts out between them.
    executor : concurrent.futures.Executor, optional
        Where chunks are run; by default in one thread for each processor. Any will do:
        a pool of processes, of loky, or ``client.get_executor()`` of Dask distributed.
        Ctrl-C while Python's own `ProcessPoolExecutor` starts processes by "spawn" may hang in
        its queue; loky ends.
    store : path, optional
        A folder, ending in ``.zarr``, in which chunks are kept as they finish. The same call
        goes on where an earlier one was interrupted, with the same bits.
    chunk : int, optional
        How many members a worker takes at a time; it does not change any result.
    progress : bool
        Whether to show a bar, on a terminal and once some seconds have passed.

    Returns
    -------
    xarray.Dataset
        Each output by its name, along ``member``; `status` says of each member whether
        it was completed or where and why it failed (its numbers are then not numbers);
        members' own values are coordinates. The attribute ``tolerance_check`` says how far the
        outputs of the first eight members are from those at a hundred times the tolerance.

    Raises
    ------
    ValueError
        If an argument does not fit the system, or the store belongs to another study.

    Warns
    -----
    UserWarning
        If these differ much: the trajectories are sensitive.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> decay = ms.System("decay", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1})
    >>> runs = ms.ensemble(decay, [{"k": 1}, {"k": 2}], duration=1)
    >>> runs.x.values.round(4)
    array([[0.3679],
           [0.1353]])
    """
    check_system(system)
    check_noise(system, noise, seed)
    who = checked_members(members, system)
    protocols, which = _protocols(protocol, duration, len(who))
    wanted = checked_outputs(outputs, system)
    for each in protocols:
        check_inside(wanted.values(), each.duration)
        _check_fits(system, each, wanted)
    if engine == "taylor":
        raise ValueError(
            "`engine` is 'taylor', which has no ensembles; give 'compiled' or 'scipy'."
        )
    name, _, why = chosen_engine(engine, noise)
    settings = settings_for(name, method, rtol, atol, max_steps, noise, seed)
    study = Chunk(system, who, protocols, which, wanted, name, settings)
    size = _chunk_size(chunk, len(who))
    attributes = attributes_of(study, why)
    if store is not None:
        from mirrorsys.flow._store import Store

        with Store(store, study, attributes, size) as kept:
            _run(study, kept.missing(), kept.write, executor, len(who), progress)
        return _checked(study, kept.dataset())
    parts: dict[int, dict[str, NDArray[Any]]] = {}
    rows = [slice(begin, min(begin + size, len(who))) for begin in range(0, len(who), size)]
    _run(study, rows, lambda row, part: parts.update({row.start: part}), executor, len(who),
         progress)  # fmt: skip
    joined = {key: np.concatenate([parts[row.start][key] for row in rows]) for key in parts[0]}
    return _checked(study, dataset_of(study, slice(0, len(who)), joined).assign_attrs(attributes))


def _run(
    study: Chunk,
    rows: Sequence[slice],
    keep: Any,
    executor: Executor | None,
    n_member: int,
    progress: bool,
) -> None:
    """Hand out chunks to workers and keep what they bring, in whatever order."""
    done = n_member - sum(row.stop - row.start for row in rows)
    with ExitStack() as stack:
        bar = stack.enter_context(
            tqdm(
                total=n_member, initial=done, delay=SECONDS_BEFORE_PROGRESS, leave=False,
                disable=is_hidden(progress), desc=study.system.name, unit="member",
            )
        )  # fmt: skip
        work = run_chunk
        if executor is None:
            executor = ThreadPoolExecutor(os.cpu_count() or 1)
            stack.callback(executor.shutdown, cancel_futures=True)
            stop = Event()  # after an error or Ctrl-C nobody waits for what threads are at
            stack.callback(stop.set)
            work = partial(run_chunk, is_stopped=stop.is_set)
        results = _results(study, rows, executor, work)
        for row, part in stack.enter_context(closing(results)):
            keep(row, part)
            bar.update(row.stop - row.start)


def _results(
    study: Chunk, rows: Sequence[slice], executor: Executor, work: Work
) -> Generator[tuple[slice, dict[str, NDArray[Any]]]]:
    """Yield finished chunks; only some wait for a worker, so that memory stays bounded."""
    left = iter(rows)
    room = WAITING * (getattr(executor, "_max_workers", None) or os.cpu_count() or 1)
    pending: dict[Any, slice] = {}
    try:
        while True:
            while len(pending) < room and (row := next(left, None)) is not None:
                pending[executor.submit(work, part_of(study, row))] = row
            if not pending:
                return
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                yield pending.pop(future), future.result()
    finally:
        for future in pending:  # none, unless there was an error
            future.cancel()


def part_of(study: Chunk, row: slice) -> Chunk:
    """Return some members of a study."""
    return Chunk(
        study.system, study.members.part(row), study.protocols, study.which[row], study.outputs,
        study.engine, study.settings, row.start,
    )  # fmt: skip


# ---- how exact it is ------------------------------------------------------------------------


def _checked(study: Chunk, found: xr.Dataset) -> xr.Dataset:
    """Compute the first members again with looser tolerances; keep how far outputs differ.

    Where they differ much, trajectories are sensitive and their numbers at instants not to
    be relied on: a warning says so.
    """
    if study.settings.noise is not None:
        return found
    settings = study.settings
    looser = replace(settings, rtol=LOOSER * settings.rtol, atol=LOOSER * settings.atol)
    row = slice(0, min(CHECKED, len(study.members)))
    again = run_chunk(replace(part_of(study, row), settings=looser))
    differences, sensitive = {}, []
    for name in study.outputs:
        one, other = found[name][row].values, again[name]
        gaps = np.abs(one - other)[np.isfinite(one) & np.isfinite(other)]
        if not gaps.size:
            continue
        differences[name] = {"median": float(np.median(gaps)), "largest": float(gaps.max())}
        if np.median(gaps) > SENSITIVE * (1 + np.median(np.abs(one[np.isfinite(one)]))):
            sensitive.append(name)
    if sensitive:
        most = max(differences[name]["median"] for name in sensitive)
        warnings.warn(
            f"outputs {sensitive} of the first {row.stop} members differ between rtol "
            f"{settings.rtol:g} and {looser.rtol:g} by up to {most:.1g} in the median: their "
            "trajectories are sensitive. Judge slow states or quantiles over members, or tighten "
            "rtol and atol.",
            stacklevel=3,
        )
    return found.assign_attrs(tolerance_check=json.dumps(differences))


# ---- what is asked for -----------------------------------------------------------------------


def _protocols(
    given: Any, duration: float | None, n: int
) -> tuple[tuple[Protocol, ...], NDArray[np.int_]]:
    """Return the different protocols, and for each member which is its own."""
    if given is None or isinstance(given, Protocol | Phase):
        return (checked_protocol(given, duration, None),), np.zeros(n, dtype=int)
    own = tuple(checked_protocol(each, duration, None) for each in given)
    if len(own) != n:
        raise ValueError(f"`protocol` has {len(own)} entries for {n} members; give one for each.")
    names = {tuple(phase.name for phase in each) for each in own}
    if len(names) > 1:
        raise ValueError(
            "`protocol` has members whose phases differ in number or name, so that their outputs "
            f"have no common shape: {sorted(names, key=len)[0]} and {sorted(names, key=len)[-1]}."
        )
    distinct = tuple(dict.fromkeys(own))
    index = {each: number for number, each in enumerate(distinct)}
    return distinct, np.array([index[each] for each in own])


def _check_fits(system: System, protocol: Protocol, outputs: Mapping[str, Output]) -> None:
    rest = {each.name: each.value for each in system.inputs}
    for segment in segments(protocol, outputs.values()):
        plan(segment.phase, system, rest)
    for output in outputs.values():
        if output.phase is not None:
            occurrences(protocol, output.phase)


def _chunk_size(chunk: int | None, n_member: int) -> int:
    if chunk is None:
        fair = math.ceil(n_member / (CHUNKS_FOR_EACH * (os.cpu_count() or 1)))
        return min(max(fair, 16), LARGEST_CHUNK)
    if not (1 <= as_number(chunk) < math.inf and chunk == int(chunk)):
        raise ValueError(f"`chunk` is {chunk!r}; give a whole number from 1.")
    return int(chunk)
