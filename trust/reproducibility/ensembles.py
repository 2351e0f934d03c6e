"""Ensembles: the same bits whoever computes them, in whatever portions, beside whomever."""

from __future__ import annotations

import multiprocessing
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from random import Random
from typing import Any

import xarray as xr
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys import outputs
from mirrorsys.flow import differences
from mirrorsys.kernels import _lanes
from mirrorsys.testing import protocols
from trust.reproducibility import VECTORS
from trust.reproducibility.draws import law_runs

__all__ = ["LIGHT", "Study", "measure_ensembles", "studies", "unequal"]

WIDTHS = (1, 2, 4, 8)  # members side by side in the registers of a processor
RESETS = ("exp(-{0})/2", "tanh({0})", "abs(sin(9*{0}))", "{0}**(3/2)", "0.1*{0}", "log(1 + {0})/2")


@dataclass(frozen=True)
class Study:
    """The arguments of an ensemble that decide its numbers."""

    system: ms.System
    members: Mapping[str, list[float]]
    arguments: Mapping[str, Any]

    def run(self, **how: Any) -> xr.Dataset:
        """Compute it; `how` must not matter."""
        return ms.ensemble(self.system, dict(self.members), progress=False, **self.arguments, **how)

    def __len__(self) -> int:
        return len(next(iter(self.members.values())))


def _systems() -> list[ms.System]:
    """Return what is studied: few systems, because each is compiled in several ways."""
    bends = {"x": "sin(3*y) - tanh(x) + u", "y": "exp(-x**2) - y/(1 + y**2)"}
    plain = [
        ms.models.client(),
        ms.models.person("ann", fatigue=None, plasticity=None),
        ms.models.dyad(ms.models.client(), ms.models.therapist()),
        ms.models.zoo.lorenz(),
        ms.models.zoo.van_der_pol(),
        ms.System("bends", bends, {}, [ms.Input("u", 0, range=(-1, 1))], initial={"x": 0.3}),
    ]
    return plain + [each.replace(diffusion={each.state_names[0]: 0.2}) for each in plain]


@st.composite
def studies(draw: st.DrawFn) -> Study:
    """Draw members of a system, a protocol, what to keep, and noise where there is diffusion."""
    system = draw(st.sampled_from(_systems()))
    n = draw(st.integers(2, 19))
    names = [each.name for each in (*system.parameters, *system.states)]
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
    # Near the default: anywhere in unbounded ranges most members would fail.
    column = {each: st.lists(_near(system[each]), min_size=n, max_size=n) for each in chosen}
    members = {each: draw(values) for each, values in column.items()}
    first, last = system.state_names[0], system.state_names[-1]
    course = draw(protocols(system, max_phases=3))
    if draw(st.booleans()):
        text = draw(st.sampled_from(RESETS)).format(last)
        course = course + ms.Protocol(ms.Phase(2.0, name="after", reset={last: text}))
    times = outputs.at_times(last, [0.0, course.duration / 3, course.duration])
    means = {"mean": outputs.mean(f"{last}*{first}"), "above": outputs.time_above(f"{last} > 0.4")}
    looked = {"peak": outputs.highest(first), "rise": outputs.first_time(f"{first} > 0.5")}
    sets = [{"end": outputs.at_phase_ends(last), "some": times}, means, looked]
    arguments = {"protocol": course, "outputs": draw(st.sampled_from(sets)),
                 "engine": draw(st.sampled_from(["compiled"] * 5 + ["scipy"])),
                 "rtol": 1e-6, "atol": 1e-8}  # fmt: skip
    if any(each != 0 for each in system.diffusion):
        kind = draw(st.sampled_from(["milstein", "euler"]))
        noise = ms.Noise(draw(st.sampled_from([0.05, 0.02])), kind, bounded=draw(st.booleans()))
        arguments |= {"noise": noise, "seed": draw(st.integers(0, 2**63 - 1))}
    return Study(system, members, arguments)


def _near(quantity: Any) -> st.SearchStrategy[float]:
    low, high = quantity.range
    room = max(abs(quantity.value), 1.0)
    low, high = max(low, quantity.value - room), min(high, quantity.value + room)
    return st.integers(0, 1000).map(lambda share: low + (high - low) * share / 1000)


# ---- ways to compute the same -----------------------------------------------------------------


class Stopping(ThreadPoolExecutor):
    """Threads that are interrupted after a number of chunks, as by Ctrl-C."""

    def __init__(self, left: int) -> None:
        super().__init__(1)
        self.left = left

    def submit(self, *arguments: Any, **options: Any) -> Future[Any]:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return super().submit(*arguments, **options)


Way = Callable[[Study, xr.Dataset, Random, Mapping[str, Executor]], dict[str, str]]


def _by(name: str) -> Way:
    def way(study: Study, whole: xr.Dataset, random: Random, pools: Mapping[str, Executor]) -> Any:
        chunk = random.randint(1, len(study))
        return unequal(whole, study.run(executor=pools[name], chunk=chunk))

    return way


def _threads(study: Study, whole: xr.Dataset, random: Random, _: Any) -> dict[str, str]:
    with ThreadPoolExecutor(random.randint(1, 8)) as pool:
        return unequal(whole, study.run(executor=pool, chunk=random.randint(1, len(study))))


def _one_by_one(study: Study, whole: xr.Dataset, *_: Any) -> dict[str, str]:
    return unequal(whole, study.run(chunk=1))


def _interrupted(study: Study, whole: xr.Dataset, random: Random, _: Any) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        how = {"store": Path(folder) / "study.zarr", "chunk": random.randint(1, len(study))}
        with Stopping(random.randint(0, 3)) as pool, suppress(KeyboardInterrupt):
            study.run(executor=pool, **how)
        found = study.run(**how).load()
        return unequal(whole, found.assign(status=found["status"].astype(str)))


def _permuted(study: Study, whole: xr.Dataset, random: Random, _: Any) -> dict[str, str]:
    """Put members in another order; with noise, whose numbers go by place, change neighbours."""
    order = list(range(len(study)))
    if study.arguments.get("noise") is None:
        random.shuffle(order)
        kept = order
    else:
        kept = [random.choice(order)]
        order = [each if each in kept else random.choice(order) for each in order]
    moved = {name: [values[i] for i in order] for name, values in study.members.items()}
    found = replace(study, members=moved).run()
    places = [order.index(each) for each in kept] if len(kept) > 1 else kept
    return unequal(whole.isel(member=kept), found.isel(member=places))


def _widths(study: Study, whole: xr.Dataset, random: Random, _: Any) -> dict[str, str]:
    own = _lanes.lanes_at_hand, _lanes._lanes
    width = random.choice(WIDTHS)
    _lanes.lanes_at_hand, _lanes._lanes = (lambda: width), _compiler(width)
    try:
        return unequal(whole, study.run())
    finally:
        _lanes.lanes_at_hand, _lanes._lanes = own


@cache
def _compiler(_: int) -> Any:
    """Return the function that compiles, with a memory of its own for each width."""
    return lru_cache(maxsize=64)(_lanes._lanes.__wrapped__)


LIGHT: dict[str, Way] = {
    "threads, 1 to 8 of them, chunks of any size": _threads,
    "one by one": _one_by_one,
    "members in another order, or beside others": _permuted,
    "a store, interrupted and resumed": _interrupted,
}
WAYS: dict[str, Way] = LIGHT | {
    VECTORS: _widths,
    "two processes": _by("processes"),
    "two workers of loky": _by("loky"),
    "two workers of Dask": _by("dask"),
}


def unequal(one: xr.Dataset, other: xr.Dataset) -> dict[str, str]:
    """Return which numbers differ in any bit; how members are numbered is no number."""
    one, other = (each.drop_vars("member") for each in (one, other))
    return differences(one, other)


@contextmanager
def pools_of_processes() -> Iterator[dict[str, Executor]]:
    """Give executors of several kinds, two processes each."""
    import distributed
    import loky

    with ExitStack() as stack:
        context = multiprocessing.get_context("spawn")
        processes = stack.enter_context(ProcessPoolExecutor(2, mp_context=context))
        cluster = stack.enter_context(
            distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
        )
        client = stack.enter_context(distributed.Client(cluster))
        workers = loky.get_reusable_executor(max_workers=2, timeout=3600)
        stack.callback(workers.shutdown)
        yield {"processes": processes, "loky": workers, "dask": client.get_executor()}


def measure_ensembles(n: int) -> dict[str, Any]:
    """Compute n random studies in every way; count those in which any bit differs."""
    found: dict[str, Counter[str]] = {way: Counter() for way in WAYS}
    examples: list[str] = []
    with pools_of_processes() as pools:

        def compare(study: Study, random: Random) -> None:
            whole = study.run(chunk=len(study))
            done = whole["status"].values == "completed"
            found.setdefault("members", Counter()).update(
                {"completed": int(done.sum()), "failed": int((~done).sum())}
            )
            for name, way in WAYS.items():
                told = way(study, whole, random, pools)
                found[name].update({"cases": 1, "different": bool(told)})
                if told and len(examples) < 5:
                    examples.append(f"{name}: {told}; {study}")
                    print(examples[-1], flush=True)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sensitive trajectories, of unequal starts
            law_runs(compare, n, studies(), st.integers(0, 2**32).map(Random))
    members = found.pop("members")
    return {"ways": {k: dict(v) for k, v in found.items()}, "members": dict(members),
            "examples": [each[:2000] for each in examples]}  # fmt: skip
