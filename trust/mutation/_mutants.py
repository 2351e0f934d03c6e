"""Mutants: small changes of one line, drawn at random, such that a rerun draws the same.

cosmic-ray makes them. What it can change is grouped by place (file, line, column, kind of
operator), and a seeded hash of that place, not of its number, orders the groups: so an edit
elsewhere changes little of the sample. Each place gives one mutant before any gives a second.
"""

from __future__ import annotations

import ast
import hashlib
import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Mutant", "behaviour", "changed_line", "drawn"]

# `+` for `<<`, and the like, would fail on floats wherever a test as much as reaches the line.
ALIKE = ({"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"}, {"BitOr", "BitAnd", "BitXor"})
LEFT_OUT = {"VariableReplacer", "VariableInserter"}  # drawn by a generator without a seed
WITHOUT_EFFECT = {"cache", "lru_cache", "compiled", "overload", "override"}  # but on speed or types


@dataclass(frozen=True)
class Mutant:
    """A file of the package with one change.

    `line` counts from 1; `before` and `after` are the first line that differs.
    """

    path: str
    line: int
    operator: str
    before: str
    after: str
    text: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies it wherever the line moves to."""
        return self.path, self.before, self.after


@dataclass(frozen=True)
class _Place:
    path: Path
    operator: str
    occurrence: int
    group: str


def drawn(
    folder: Path, *, n: int, seed: int, known: Collection[tuple[str, str, str]] = ()
) -> list[Mutant]:
    """Draw mutants of the modules of a package.

    Parameters
    ----------
    folder : Path
        The package.
    n, seed : int
        How many (fewer, if there are not as many), and which.
    known : collection of keys
        Of mutants that are not to be drawn.
    """
    found: dict[tuple[str, str, str], Mutant] = {}
    originals = {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))}
    meant = {path: behaviour(text) for path, text in originals.items()}
    for place in _ordered(originals, seed):
        text = _mutated(originals[place.path], place)
        if text is None or behaviour(text) in {None, meant[place.path]}:
            continue
        path = place.path.relative_to(folder.parent).as_posix()
        mutant = Mutant(path, *_described(originals[place.path], text, place.operator), text)
        if mutant.key not in known:
            found.setdefault(mutant.key, mutant)
        if len(found) == n:
            break
    return list(found.values())


def behaviour(text: str) -> str | None:
    """Return what a module does, as text: None if it is no Python.

    Left out is what decides nothing that a test should see: annotations and what only type
    checkers read, docstrings, `__all__`, what is raised with (the words of messages),
    decorators that make a function quicker or mark it, and `strict` of zip, which guards against
    mistakes of our own.
    """
    try:
        return ast.dump(_Behaviour().visit(ast.parse(text)))
    except SyntaxError:
        return None


class _Behaviour(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        node.decorator_list = [d for d in node.decorator_list if _name(d) not in WITHOUT_EFFECT]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST | None:
        return None if node.arg == "strict" else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        return ast.Raise(ast.Constant(_name(node.exc) if node.exc else None))

    def visit_If(self, node: ast.If) -> ast.AST:
        is_for_types = "TYPE_CHECKING" in map(_name, ast.walk(node.test))
        return ast.Pass() if is_for_types else self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        is_all = any(_name(target) == "__all__" for target in node.targets)
        return ast.Pass() if is_all else self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return ast.Pass() if is_text else self.generic_visit(node)


def _name(node: ast.AST) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return getattr(node, "id", getattr(node, "attr", ""))


def _ordered(originals: dict[Path, str], seed: int) -> list[_Place]:
    """Return all places in the order in which they are drawn."""
    groups: dict[str, list[_Place]] = {}
    for path, text in originals.items():
        for place in _places(path, text):
            groups.setdefault(place.group, []).append(place)

    def rank(*words: object) -> str:
        return hashlib.sha256("\0".join(map(str, (seed, *words))).encode()).hexdigest()

    ranked = (
        (nth, rank(group), place)
        for group, places in groups.items()
        for nth, place in enumerate(sorted(places, key=lambda p: rank(p.group, p.operator)))
    )
    return [place for _, _, place in sorted(ranked, key=lambda each: each[:2])]


def _places(path: Path, text: str) -> Iterator[_Place]:
    from cosmic_ray.ast import ast_nodes, get_ast

    lines, nodes = text.split("\n"), list(ast_nodes(get_ast(text)))
    for name, kind_of in _operators().items():
        operator = kind_of()
        positions = (p for node in nodes for p in operator.mutation_positions(node))
        for occurrence, ((line, column), _) in enumerate(positions):
            words = lines[line - 1]
            column -= len(words) - len(words.lstrip())
            kind = name.partition("_")[0]
            group = f"{path.name}|{words.strip()}|{column}|{kind}"
            yield _Place(path, name, occurrence, group)


@cache
def _operators() -> dict[str, type]:
    from cosmic_ray.operators.provider import OperatorProvider

    provider = OperatorProvider()
    return {name: provider[name] for name in provider if _is_used(name)}


def _is_used(name: str) -> bool:
    kind, _, change = name.partition("_")
    if kind == "ReplaceBinaryOperator":
        return any(set(change.split("_")) <= family for family in ALIKE)
    return kind not in LEFT_OUT


def _mutated(text: str, place: _Place) -> str | None:
    from cosmic_ray.mutating import mutate_code

    return mutate_code(text, _operators()[place.operator](), place.occurrence)


def changed_line(before: str, after: str) -> int:
    """Return the number of the first line, from 1, in which two texts differ."""
    pairs: Iterable[tuple[str | None, str | None]] = itertools.zip_longest(
        before.split("\n"), after.split("\n")
    )
    return next(number for number, (old, new) in enumerate(pairs, 1) if old != new)


def _described(before: str, after: str, operator: str) -> tuple[int, str, str, str]:
    line = changed_line(before, after)
    old, new = before.split("\n"), after.split("\n")
    written = "" if len(new) < len(old) else new[line - 1].strip()  # "": the line is gone
    return line, operator, old[line - 1].strip(), written
