"""Run the mutants of packages, or show how far they are: python -m trust.mutation PACKAGE ..."""

from __future__ import annotations

import argparse

from trust.mutation import N_MUTANTS, SEED, TESTS, job, summary
from trust.mutation._runner import again, lay_out, run


def main() -> None:
    """Run what is left of the mutants of one package, in this process."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("package", choices=TESTS)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--again", action="store_true", help="only survivors, by the tests of today")
    what.add_argument("--show", action="store_true", help="run nothing, show what is kept")
    options = parser.parse_args()
    wanted = job(options.package)
    if options.again:
        again(wanted)
    elif not options.show:
        run(wanted, lay_out(wanted, n=N_MUTANTS, seed=SEED))
    found = summary(wanted)
    survivors = found.pop("survivors")
    print(found, *(survivors if options.show else ()), sep="\n")


if __name__ == "__main__":
    main()
