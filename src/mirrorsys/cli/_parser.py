"""parser: which commands there are, and their options."""

from __future__ import annotations

import argparse
from typing import TypeAlias

from mirrorsys import __version__
from mirrorsys.cli import _commands

__all__ = ["parser"]

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
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


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="mirrorsys",
        description="Threat and soothing in mirrored nervous systems.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("--version", action="version", version=f"mirrorsys {__version__}")
    commands = found.add_subparsers(required=True, metavar="COMMAND")

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
    return found


def _add_figures(commands: Commands) -> None:
    own = commands.add_parser("figures", help="draw the figures and save their data")
    own.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    own.add_argument("--output", default="figures", metavar="DIR", help="default: figures")
    own.add_argument("--format", nargs="+", default=["png", "svg"], choices=["png", "svg", "pdf"])
    own.add_argument("--list", action="store_true", help="only list the figures")
    own.set_defaults(command=_commands.figures)


def _add_claims(commands: Commands) -> None:
    own = commands.add_parser("claims", help="test the claims S1-S12")
    own.add_argument("systems", nargs="*", metavar="SYSTEM", help="S1 to S12; default: all")
    own.add_argument("--json", action="store_true", help="print a list of objects")
    own.add_argument("--output", metavar="FILE", help="write there instead of printing")
    own.set_defaults(command=_commands.claims)


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
    own.add_argument(
        "--error-estimate", action="store_true",
        help="integrate once more, with tighter tolerances, and say how exact the run is",
    )  # fmt: skip
    own.add_argument("--output", metavar="FILE.nc", help="save the result as netCDF")
    own.set_defaults(command=_commands.simulate)


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
    own.set_defaults(command=_commands.equilibria)


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
    own.set_defaults(command=_commands.check)


def _add_rerun(commands: Commands) -> None:
    own = commands.add_parser("rerun", help="compute a saved result again and compare")
    own.add_argument("result", metavar="RESULT.nc")
    own.set_defaults(command=_commands.rerun)


def _add_info(commands: Commands) -> None:
    own = commands.add_parser("info", help="print versions and how equations are computed")
    own.set_defaults(command=_commands.info)
