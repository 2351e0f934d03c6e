"""What the theorem on invariant boxes takes for granted: a right-hand side without jumps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

import sympy as sp

from mirrorsys._expressions import symbol, to_text
from mirrorsys._system import System
from mirrorsys.symbolic._intervals import Interval, UndefinedError, enclosure_function

__all__ = ["possible_poles", "presuppositions"]


def presuppositions(
    system: System, ranges: Mapping[sp.Symbol, Interval]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what may keep the theorem from holding, and what it takes for granted."""
    states = {symbol(name) for name in system.state_names}
    nodes = dict.fromkeys(
        node for expression in system.rhs for node in sp.preorder_traversal(expression)
    )
    doubts = [
        f"undecided: the right-hand side need not be Lipschitz, because of {_text(node)}"
        for node in nodes
        if node.free_symbols & states and _may_be_rough(node, ranges)
    ]
    remarks = [f"presupposed: {_text(each)} is not zero" for each in possible_poles(system, ranges)]
    return tuple(doubts), tuple(remarks)


def possible_poles(system: System, ranges: Mapping[sp.Symbol, Interval]) -> tuple[sp.Expr, ...]:
    """Return the denominators in the right-hand side that are not proven to keep from zero."""
    found = (
        node.base
        for expression in system.rhs
        for node in sp.preorder_traversal(expression)
        if node.is_Pow and node.exp.is_negative and _may_vanish(node.base, ranges)
    )
    return tuple(dict.fromkeys(found))


def _may_be_rough(node: sp.Basic, ranges: Mapping[sp.Symbol, Interval]) -> bool:
    if isinstance(node, sp.Piecewise | sp.sign | sp.tan):
        return True
    if isinstance(node, sp.log):
        return _may_vanish(node.args[0], ranges)
    if not node.is_Pow or node.exp.is_Integer:
        return False
    is_flat = _lowest(node.exp, ranges) >= 1 and _lowest(node.base, ranges) >= 0
    return not is_flat and _may_vanish(node.base, ranges)


def _may_vanish(expression: sp.Expr, ranges: Mapping[sp.Symbol, Interval]) -> bool:
    """Tell whether an expression is not proven to have one sign and no zero."""
    return not (_lowest(expression, ranges) > 0 or _lowest(-expression, ranges) > 0)


def _lowest(expression: sp.Expr, ranges: Mapping[sp.Symbol, Interval]) -> Fraction | float:
    try:
        return enclosure_function(expression)(ranges)[0]
    except UndefinedError:
        return -math.inf


def _text(node: sp.Basic) -> str:
    return to_text(node) if isinstance(node, sp.Expr) else str(node)
