"""Run the mutants of packages, or show how far they are: python -m trust.mutation PACKAGE ..."""

from __future__ import annotations

import argparse

from trust.mutation import TESTS, job, run_all, summary
from trust.mutation._runner import again


def main() -> None:
    """Run what is left of the mutants of one package, in this process."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("package", choices=TESTS)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--again", action="store_true", help="only survivors, by the tests of today")
    what.add_argument("--show", action="store_true", help="run nothing, show what is kept")
    parser.add_argument("--fresh", action="store_true", help="of the second sample")
    options = parser.parse_args()
    wanted = job(options.package, fresh=options.fresh)
    if options.again:
        again(wanted)
    elif not options.show:
        run_all(options.package, fresh=options.fresh)
    found = summary(wanted)
    survivors = found.pop("survivors")
    print(found, *(survivors if options.show else ()), sep="\n")


if __name__ == "__main__":
    main()
