"""The command line: ``mirrorsys figures``, ``claims``, ``simulate``, ``equilibria`` and more.

Everything heavy is imported by the command that needs it, so ``--help`` is quick.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from mirrorsys import __version__

if TYPE_CHECKING:
    from mirrorsys._system import System

__all__ = ["main"]

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
UNABLE = {"strict", "surrogateescape"}  # ways to print that fail on signs that are missing
READER_LEFT = 141  # 128 + SIGPIPE, as a shell reports programs that the signal has ended
MODEL = "a TOML file, a role (client, infant, dyad, ...) or a published model (lorenz, ...)"
EXAMPLES = """examples:
  mirrorsys figures --output figures        draw all figures
  mirrorsys figures course --format pdf     draw one
  mirrorsys claims                          test S1-S12; exit code 1 if one fails
  mirrorsys simulate client --duration 600 --set pathway=0.3 --set stressor=0.08
  mirrorsys simulate dyad --duration 60 --set contact=1 --set engagement=1
  mirrorsys simulate model.toml --duration 100 --output run.nc
  mirrorsys equilibria client --set pathway=0.1 --set signal=1 --set stressor=0.066
  mirrorsys equilibria model.toml --box x=-5,5 --format markdown
  mirrorsys check model.toml                look for cases that break its stability
  mirrorsys check client --profile thorough --set stressor=0.08
  mirrorsys rerun run.nc                    compute it again and compare

exit codes: 0 success; 1 a claim, property, comparison or integration failed, or a region stays
undecided; 2 a wrong argument or file; 130 interrupted; 141 nobody reads the output
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code.

    0 is success, 1 a claim, property or comparison that failed or a search that stays incomplete,
    2 a wrong argument or file, 130 an interrupt by Ctrl-C, 141 that nobody reads the output.
    """
    try:
        with _output():
            options = _parser().parse_args(arguments)
            command: Callable[[argparse.Namespace], int] = options.command
            return command(options)
    except BrokenPipeError:  # who read the output has seen enough, as in `mirrorsys claims | head`
        return READER_LEFT
    except (ValueError, TypeError, OSError) as error:
        print(f"mirrorsys: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("mirrorsys: interrupted", file=sys.stderr)
        return 130


@contextmanager
def _output() -> Iterator[None]:
    """Print signs that the terminal lacks by their numbers, and all before the end."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors in UNABLE:
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        try:
            if sys.stdout is not None:  # as it is where it was closed
                sys.stdout.flush()
        except OSError as error:
            # Python would try once more at its end, and complain: let it have somewhere to write.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise OSError(error.errno, f"the output is not written: {error.strerror}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mirrorsys",
        description="Threat and soothing in mirrored nervous systems.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mirrorsys {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    for add in (
        _add_figures,
        _add_claims,
        _add_simulate,
        _add_equilibria,
        _add_check,
        _add_rerun,
        _add_info,
    ):
        add(commands)
    return parser


def _add_figures(commands: Commands) -> None:
    own = commands.add_parser("figures", help="draw the figures and save their data")
    own.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    own.add_argument("--output", default="figures", metavar="DIR", help="default: figures")
    own.add_argument("--format", nargs="+", default=["png", "svg"], choices=["png", "svg", "pdf"])
    own.add_argument("--list", action="store_true", help="only list the figures")
    own.set_defaults(command=_figures)


def _add_claims(commands: Commands) -> None:
    own = commands.add_parser("claims", help="test the claims S1-S12")
    own.add_argument("systems", nargs="*", metavar="SYSTEM", help="S1 to S12; default: all")
    own.add_argument("--json", action="store_true", help="print a list of objects")
    own.add_argument("--output", metavar="FILE", help="write there instead of printing")
    own.set_defaults(command=_claims)


def _add_simulate(commands: Commands) -> None:
    own = commands.add_parser("simulate", help="run a model, save or summarise the result")
    own.add_argument("model", help=MODEL)
    own.add_argument("--duration", type=float, required=True, help="in the model's time unit")
    own.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="values",
        help="a parameter, an input held constant, or a state's start",
    )  # fmt: skip
    own.add_argument("--method", help="by default the first of the engine")
    own.add_argument("--engine", default="scipy", help="scipy, compiled or auto")
    own.add_argument("--output", metavar="FILE.nc", help="save the result as netCDF")
    own.set_defaults(command=_simulate)


def _add_equilibria(commands: Commands) -> None:
    own = commands.add_parser("equilibria", help="find all equilibria, with proof")
    own.add_argument("model", help=MODEL)
    own.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="values",
        help="a parameter, an input, or a state to hold constant",
    )  # fmt: skip
    own.add_argument(
        "--box", action="append", default=[], metavar="STATE=LOW,HIGH", dest="sides",
        help="where to look, for a state; default: its range in the model",
    )  # fmt: skip
    own.add_argument("--route", default="auto", choices=["auto", "exact", "interval"])
    own.add_argument("--format", default="text", choices=["text", "markdown", "latex", "csv"])
    own.set_defaults(command=_equilibria)


def _add_check(commands: Commands) -> None:
    own = commands.add_parser("check", help="test properties that any model should have")
    own.add_argument("model", help=MODEL)
    own.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="values",
        help="a parameter or input to hold, or a state to hold constant",
    )  # fmt: skip
    own.add_argument("--skip", action="append", default=[], metavar="PROPERTY")
    own.add_argument("--profile", default="quick", choices=["quick", "thorough"])
    own.add_argument("--cases", type=int, metavar="N", help="of each property, for the profile's")
    own.add_argument("--seed", type=int, default=0, help="equal seeds, equal cases")
    own.set_defaults(command=_check)


def _add_rerun(commands: Commands) -> None:
    own = commands.add_parser("rerun", help="compute a saved result again and compare")
    own.add_argument("result", metavar="RESULT.nc")
    own.set_defaults(command=_rerun)


def _add_info(commands: Commands) -> None:
    own = commands.add_parser("info", help="print versions and how equations are computed")
    own.set_defaults(command=_info)


def _figures(options: argparse.Namespace) -> int:
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


def _claims(options: argparse.Namespace) -> int:
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


def _simulate(options: argparse.Namespace) -> int:
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
        )
    except ms.IntegrationError as error:
        print(f"mirrorsys: {error}", file=sys.stderr)
        return 1
    if options.output:
        ms.save(run, options.output)
        print(f"{options.output}: {run.sizes['time']} times, {run.attrs['status']}")
        return 0
    print(f"{system.name} after {options.duration:g} {system.time_unit}:")
    for name, value in _last(run):
        print(f"  {name:28} {value:.6g}")
    return 0


def _equilibria(options: argparse.Namespace) -> int:
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


def _check(options: argparse.Namespace) -> int:
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


def _rerun(options: argparse.Namespace) -> int:
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


def _info(_: argparse.Namespace) -> int:
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
