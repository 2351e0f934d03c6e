"""Time the peers on six loads at about equal measured accuracy, as ratios to SciPy.

Run: python -m benchmarks.speed.peers [--quick] [--loads NAME ...] [--contestants WORD ...]

Peers that are not installed or fail are skipped by name. Seconds marked * are those of fewer
members, extrapolated linearly; `--members` says how many. Preparing (translating, compiling)
is timed apart.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

if not __package__:  # python benchmarks/speed/peers: say which package this folder is
    _folders = Path(__file__).resolve().parents
    _root = next(each for each in _folders if (each / "pyproject.toml").exists())
    sys.path[0] = str(_root)
    __package__ = ".".join(_folders[0].relative_to(_root).parts)
    importlib.import_module(__package__)

from .contestants import found
from .loads import loads
from .measure import compared, table
from .plot import plot

PACKAGES = ("mirrorsys", "numpy", "scipy", "numba", "heyoka", "diffrax", "jax", "numbalsoda",
            "jitcode", "libroadrunner")  # fmt: skip


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed.peers", description=__doc__.split("\n", maxsplit=1)[0]
    )
    parser.add_argument("--loads", nargs="+", choices=list(loads(quick=True)), metavar="LOAD",
                        default=list(loads(quick=True)), help="%(choices)s")  # fmt: skip
    parser.add_argument("--contestants", nargs="+", metavar="WORD",
                        help="those whose name contains one of these, and the baselines")  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="small loads, two rounds")
    parser.add_argument("--members", type=int, help="members of a load for slow contestants")
    parser.add_argument("--rounds", type=int, help="alternating rounds (5, or 2 if quick)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, help="a folder for speed.md and speed.png")
    return parser.parse_args()


def setting(n_threads: int, n_rounds: int) -> str:
    """Return what was measured with what, for the head of the table."""
    versions = []
    for name in PACKAGES:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return (
        f"Python {platform.python_version()}, {', '.join(versions)}; {os.cpu_count()} cores, "
        f"load average {os.getloadavg()[0]:.1f} at the start; up to {n_threads} threads, "
        f"{n_rounds} alternating rounds; seconds are the shortest, ratios the median over rounds."
    )


def main() -> None:
    options = arguments()
    rounds = options.rounds or (2 if options.quick else 5)
    contestants, broken = found()
    chosen = [
        each for each in contestants
        if options.contestants is None or each.is_baseline
        or any(word.lower() in each.name.lower() for word in options.contestants)
    ]  # fmt: skip
    texts = [setting(options.threads, rounds)]
    texts += [f"\nskipped: {name} ({reason})" for name, reason in broken.items()]
    print("\n".join(texts), flush=True)
    comparisons = []
    for name, load in loads(quick=options.quick, threads=options.threads).items():
        if name in options.loads:
            comparisons.append(compared(load, chosen, rounds=rounds, members=options.members))
            texts.append(table(comparisons[-1]))
            print(texts[-1], flush=True)
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "speed.md").write_text("\n".join(texts) + "\n")
        plot(comparisons, options.output / "speed.png")


if __name__ == "__main__":
    main()
