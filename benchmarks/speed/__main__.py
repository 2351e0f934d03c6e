"""Time the compiled engine beside its peers at equal measured accuracy, as ratios.

Run: python -m benchmarks.speed [--loads session course ...] [--rounds 5] [--output FOLDER]

Peers that are not installed (pip install 'mirrorsys[bench]') are skipped by name. Seconds
marked * are extrapolated from fewer members.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.speed.contestants import CONTESTANTS
from benchmarks.speed.measure import compared, plot, table
from benchmarks.speed.problems import problems


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--loads", nargs="*", default=list(problems(16, 16)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--courses", type=int, default=1000)
    parser.add_argument("--only", nargs="*", help="contestants whose name contains one of these")
    parser.add_argument("--output", type=Path, help="a folder for speed.md and speed.png")
    options = parser.parse_args()
    chosen = [
        each for each in CONTESTANTS
        if options.only is None or any(word in each.name for word in options.only)
    ]  # fmt: skip
    found, texts = {}, []
    for name, problem in problems(options.sessions, options.courses).items():
        if name in options.loads:
            entries, skipped = compared(problem, chosen, options.rounds)
            found[name] = entries
            texts.append(table(problem, entries, skipped))
            print(texts[-1], flush=True)
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "speed.md").write_text("\n".join(texts) + "\n")
        plot(found, options.output / "speed.png")


if __name__ == "__main__":
    main()
