"""Which lines of the readers some thousand inputs reach: python -m trust.fuzzing.lines TARGET N."""

from __future__ import annotations

import json
import os
import sys

from trust.fuzzing.guard import LIBRARY

__all__ = ["main"]


def main() -> None:
    """Print how many statements each file of a target has, and how many of them were run."""
    import coverage

    measured = coverage.Coverage(data_file=None, include=[f"{LIBRARY}/*"], config_file=False)
    measured.start()  # before anything of the library is imported
    from trust.fuzzing.targets import TARGETS, scratch
    from trust.fuzzing.worker import input_number

    name, count = sys.argv[1], int(sys.argv[2])
    target = TARGETS[name]
    files = [str(LIBRARY / each) for each in target.source]
    os.chdir(scratch())
    for number in range(count):
        try:
            target.run(input_number(target, number))
        except Exception:  # judged elsewhere
            continue
    measured.stop()
    statements = missing = 0
    for file in files:
        _, all_lines, _, not_run, _ = measured.analysis2(file)
        statements += len(all_lines)
        missing += len(not_run)
    print(json.dumps({"statements": statements, "reached": statements - missing}))


if __name__ == "__main__":
    main()
