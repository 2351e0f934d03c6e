"""main: from the words of a command line to an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from mirrorsys.cli._output import all_printed, warnings_in_words
from mirrorsys.cli._parser import parser

__all__ = ["main"]

READER_LEFT = 141  # 128 + SIGPIPE, as a shell reports programs that the signal has ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code.

    0 is success, 1 a claim, property or comparison that failed or a search that stays incomplete,
    2 a wrong argument or file, 130 an interrupt by Ctrl-C, 141 that nobody reads the output.
    """
    try:
        with all_printed(), warnings_in_words():
            options = parser().parse_args(arguments)
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
