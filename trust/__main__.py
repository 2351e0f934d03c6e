"""Measure what there is to trust, and write docs/explanation/trust.md.

Run: python -m trust [PART ...] [--page]

Each part measures one kind of evidence and keeps it, with the day, the versions and the
processor, in trust/results/PART.json; the page is then written from what is kept. With no part
named all are measured, which takes hours; `--page` measures nothing and writes the page alone.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from trust.page import page
from trust.results import PARTS, read, write

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "trust.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--page", action="store_true", help="measure nothing, write the page")
    options = parser.parse_args()
    if unknown := sorted(set(options.parts) - set(PARTS)):
        parser.error(f"PART is {unknown}; give some of {', '.join(PARTS)}.")
    for part in () if options.page else options.parts or PARTS:
        print(f"== {part}", flush=True)
        write(part, importlib.import_module(f"trust.{part}").measure)
    PAGE.write_text(page({part: read(part) for part in PARTS}), encoding="utf-8")
    print(f"wrote {PAGE.name}")


if __name__ == "__main__":
    main()
