"""Text to tokens: numbers, names and operators, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from mirrorsys._expressions._grammar import NAME, ExpressionError

__all__ = ["Token", "fail", "tokens"]

_TOKEN = re.compile(
    rf"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>{NAME})"
    r"|(?P<operator>\*\*|<=|>=|[-+*/<>(),]))"
)


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    position: int


def tokens(text: str) -> Iterator[Token]:
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            fail(text, position + len(text[position:]) - len(text[position:].lstrip()))
        kind = match.lastgroup or ""
        yield Token(kind, match.group(kind), match.start(kind))
        position = match.end()
    yield Token("end", "", len(text))


def fail(text: str, position: int, reason: str = "") -> NoReturn:
    found = repr(text[position]) if position < len(text) else "the end"
    if not reason and text[position : position + 1] == "^":
        reason = "write ** for powers"
    if not reason and text[position : position + 1] in {"=", "!"}:
        reason = "an expression has no equality; comparisons are < <= > >="
    hint = (
        reason or "use numbers, names, + - * / **, brackets, comparisons and the listed functions"
    )
    shown = text if len(text) <= 80 else f"...{text[max(0, position - 30) : position + 30]}..."
    raise ExpressionError(f"cannot read {found} at character {position + 1} of {shown!r}: {hint}.")
