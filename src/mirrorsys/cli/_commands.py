"""The commands: one function each, from parsed options to an exit code.

Everything heavy is imported by the command that needs it, so ``--help`` is quick.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mirrorsys._system import System

__all__ = ["check", "claims", "equilibria", "figures", "info", "rerun", "simulate"]


def figures(options: argparse.Namespace) -> int:
    from mirrorsys import plot

    examples = plot.gallery(options.names)
    if options.list:
        for example in examples:
            print(f"{example.name:24} {example.title}")
        return 0
    drawn = plot.draw_gallery(examples, options.output, formats=options.format)
    for number, (example, files) in enumerate(drawn, start=1):
        names = ", ".join(file.name for file in files)
        print(f"[{number}/{len(examples)}] {example.title}\n    {names}", flush=True)
    return 0


def claims(options: argparse.Namespace) -> int:
    from mirrorsys import claims
    from mirrorsys._files import write_text

    table = claims.check(options.systems or None)
    text = claims.to_json(table) if options.json else claims.to_text(table)
    try:
        if options.output:
            write_text(options.output, text + "\n")
    except OSError:  # what took minutes to compute is not lost
        print(text)
        raise
    if not options.output:
        print(text)
    return 0 if claims.all_hold(table) else 1


def simulate(options: argparse.Namespace) -> int:
    import mirrorsys as ms

    system = _model(options.model)
    initial, params = _split(system, options.values)
    try:
        run = ms.simulate(
            system,
            duration=options.duration,
            initial=initial,
            params=params,
            method=options.method,
            engine=options.engine,
            error_estimate=options.error_estimate,
        )
    except ms.IntegrationError as error:
        print(f"mirrorsys: {error}", file=sys.stderr)
        return 1
    if options.output:
        ms.save(run, options.output)
        print(f"{options.output}: {run.sizes['time']} times, {run.attrs['status']}")
    else:
        unit = "" if system.time_unit == "1" else f" {system.time_unit}"
        print(f"{system.name} after {options.duration:g}{unit}:")
        for name, value in _last(run):
            print(f"  {name:28} {value:.6g}")
    if options.error_estimate:
        print(run.attrs["accuracy"])
    return 0


def equilibria(options: argparse.Namespace) -> int:
    """Print all equilibria; the exit code is 1 if regions stay undecided."""
    import mirrorsys as ms

    system, params = _held(_model(options.model), options.values)
    box = dict(_side(text) for text in options.sides)
    found = ms.equilibria(system, params, box=box, route=options.route)
    if options.format == "text":
        print(found)
        for region in found.undecided:
            sides = ", ".join(f"{s} in [{a:.6g}, {b:.6g}]" for s, (a, b) in region.box.items())
            print(f"  undecided: {sides}")
        print(f"index check {found.index_check.answer}: {found.index_check.reason}")
    elif options.format == "csv":
        print(found.to_dataframe().to_csv(index=False), end="")
        print(found.message, file=sys.stderr)
    else:
        print(found.to_markdown() if options.format == "markdown" else found.latex())
        print(found.message, file=sys.stderr)
    return 0 if found.is_complete else 1


def check(options: argparse.Namespace) -> int:
    """Test a model; the exit code is 1 if a property fails."""
    try:
        from mirrorsys.testing import print_report
    except ImportError as error:  # it needs Hypothesis, and says so
        raise ValueError(str(error)) from error
    system, params = _held(_model(options.model), options.values)
    holds = print_report(
        system, params=params, skip=options.skip, profile=options.profile,
        n_cases=options.cases, seed=options.seed,
    )  # fmt: skip
    return 0 if holds else 1


def _split(system: System, texts: Sequence[str]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the values that `--set` gives to states, and those of parameters and inputs."""
    values = dict(_assignment(text) for text in texts)
    states = {n: value for n, value in values.items() if system.resolve(n)[0] in system.equations}
    return states, {n: value for n, value in values.items() if n not in states}


def _held(system: System, texts: Sequence[str]) -> tuple[System, dict[str, float]]:
    """Return a system with some states held constant, and the values of its other quantities."""
    states, params = _split(system, texts)
    return (system.freeze(states) if states else system), params


def _side(text: str) -> tuple[str, tuple[float, float]]:
    name, _, ends = text.partition("=")
    try:
        low, high = map(float, ends.split(","))
    except ValueError:
        raise ValueError(f"`--box` is {text!r}; write STATE=LOW,HIGH.") from None
    return name.strip(), (low, high)


def _last(run: Any) -> list[tuple[str, float]]:
    """Return every quantity of a run at its end, by full name."""
    end = run.isel(time=-1)
    rows = []
    for name in end.data_vars:
        if "time" not in run[name].dims:
            continue
        owners = [d for d in ("person", "pair") if d in end[name].dims]
        if not owners:
            rows.append((str(name), float(end[name])))
        else:
            rows += [(f"{o}.{name}", float(end[name].sel({owners[0]: o})))
                     for o in end[owners[0]].values]  # fmt: skip
    return rows


def _model(text: str) -> System:
    from mirrorsys import load_model, models

    if text.endswith(".toml"):
        return load_model(text)
    if text == "dyad":
        return models.dyad(models.client(), models.therapist())
    published = {each.__name__: each for each in models.zoo.ALL}
    if text not in {*models.ROLES, *published}:
        raise ValueError(
            f"`model` is {text!r}; give a file ending in .toml, or one of "
            f"{['dyad', *models.ROLES, *published]}."
        )
    return (models.ROLES | published)[text]()


def _assignment(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        missing = "" if equals else " (there is no =)"
        raise ValueError(f"`--set` is {text!r}{missing}; write NAME=NUMBER.") from None


def rerun(options: argparse.Namespace) -> int:
    """Compute a result again; the exit code is 1 if any bit differs."""
    import mirrorsys as ms
    from mirrorsys.flow import differences, other_origin

    saved = ms.load(options.result)
    try:
        again = ms.rerun(saved)
    except ms.IntegrationError as error:  # as it may have failed before
        again = error.partial
    different = differences(saved, again)
    print(f"{options.result}: {'different' if different else 'equal'}")
    for name, words in (different | other_origin(saved, again)).items():
        print(f"  {name} {words}")
    return 1 if different else 0


def info(_: argparse.Namespace) -> int:
    import importlib.metadata
    import platform

    from mirrorsys.kernels import backend_in_use

    print(
        f"mirrorsys {importlib.metadata.version('mirrorsys')}, Python {platform.python_version()}"
    )
    for package in (
        "numpy", "scipy", "sympy", "xarray", "matplotlib", "llvmlite", "numba", "python-flint",
    ):  # fmt: skip
        try:
            print(f"  {package:14} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            print(f"  {package:14} not installed")
    print(f"right-hand sides are computed by {backend_in_use()}")
    return 0
