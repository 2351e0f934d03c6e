"""Which tests are asked about a mutant, and in which order."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Record", "asked_lines", "chosen"]


@dataclass(frozen=True)
class Record:
    """Seconds of each test, and by file and line the numbers of the tests that reach it."""

    seconds: Mapping[str, float]
    reached: Mapping[str, Mapping[str, list[int]]]
    left_out: tuple[str, ...] = ()

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Record:
        """Return what the recorder wrote."""
        return cls(found["seconds"], found["reached"], tuple(found["left_out"]))


def chosen(record: Record, path: str, lines: Iterable[int]) -> list[str]:
    """Return the tests for a change in some lines, those to run first in front.

    Tests that reach one of the lines come before the others of their files: a fixture that they
    share ran for the first of them alone, and what a class generates has no lines to be reached.
    Of a parametrised test one case comes before the next; then the quickest is first. A module
    of data is read when it is imported, so no test is seen to reach it: all of them are asked,
    those of the file that is called after it first.
    """
    names, reached = list(record.seconds), record.reached.get(path, {})
    if not any(reached.values()):
        own = f"/test_{Path(path).stem.lstrip('_')}.py"
        called = {name for name in names if own in name}
        return [*_ordered(record, called), *_ordered(record, set(names) - called)]
    direct = {names[index] for line in lines for index in reached.get(str(line), ())}
    files = {name.partition("::")[0] for name in direct}
    fellows = {name for name in names if name.partition("::")[0] in files} - direct
    return [*_ordered(record, direct), *_ordered(record, fellows)]


def _ordered(record: Record, tests: set[str]) -> list[str]:
    cases: dict[str, list[str]] = {}
    for name in sorted(tests, key=lambda name: (record.seconds[name], name)):
        cases.setdefault(name.partition("[")[0], []).append(name)
    ranked = (
        (nth, record.seconds[name], name)
        for group in cases.values()
        for nth, name in enumerate(group)
    )
    return [name for *_, name in sorted(ranked)]


def asked_lines(text: str, line: int) -> range:
    """Return the lines that tell who may notice a change of `line` in a module.

    Of a statement in a function its own lines; of the head of a function, which runs at import,
    the function; of anything else that runs at import, the whole module.
    """
    tree = ast.parse(text)
    whole = range(1, text.count("\n") + 2)
    within = [s for s in ast.walk(tree) if isinstance(s, ast.stmt) and line in _lines(s)]
    functions = [s for s in within if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not functions:
        return whole
    innermost = max(within, key=lambda s: (s.lineno, -_lines(s).stop))
    if innermost in functions:
        return _lines(innermost)
    body = getattr(innermost, "body", None)
    return range(innermost.lineno, body[0].lineno) if body else _lines(innermost)


def _lines(statement: ast.stmt) -> range:
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(each.lineno for each in decorators)])
    return range(first, (statement.end_lineno or first) + 1)
