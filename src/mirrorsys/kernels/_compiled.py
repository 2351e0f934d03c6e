"""A library of functions in machine code, made from the source of modules.

The modules stay plain Python: they can be read, tested and, without numba, run as they
are. For speed their functions are gathered in one file of the cache folder, named by what
it holds, and compiled there. numba by itself keeps machine code as long as the file of a
function is unchanged, even if a function that it calls, in another file, has changed: then
bounds computed by old code would be wrong without a sign. One file named by its content
cannot go stale.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache
from types import ModuleType
from typing import Any, TypeVar

from mirrorsys.kernels._backend import backend_in_use
from mirrorsys.kernels._cache import cached_module, is_cached

__all__ = ["compiled", "is_library_cached", "is_numba_in_use", "library"]

F = TypeVar("F", bound=Callable[..., Any])

HEAD = """\
# Written by mirrorsys from its own source; rests on {digest}.
from numba import njit


def compiled(function):
    # Fast-math stays off: outward rounding stands on IEEE arithmetic, operation by operation.
    is_called_from_python = function.__name__ in {names}
    return njit(
        cache=is_called_from_python,
        error_model="numpy",
        no_cpython_wrapper=not is_called_from_python,
        no_cfunc_wrapper=True,
    )(function)


"""


def compiled(function: F) -> F:
    """Mark a function to be compiled by `library`; called as it is, it is plain Python."""
    return function


def is_numba_in_use() -> bool:
    """Tell whether numba is installed, and machine code wanted."""
    return backend_in_use() != "numpy" and importlib.util.find_spec("numba") is not None


def library(
    modules: Sequence[ModuleType], names: Sequence[str], rests_on: Sequence[ModuleType] = ()
) -> dict[str, Callable[..., Any]]:
    """Return functions of modules, in machine code where numba is installed.

    Parameters
    ----------
    modules : sequence of modules
        In the order in which they build on each other. What they define must be marked
        `compiled`, constants, or imports, and have different names.
    names : sequence of str
        The functions wanted.
    rests_on : sequence of modules
        Others whose values the code holds: if their source changes, the code is made anew.
    """
    if not is_numba_in_use():
        return {name: _defined(modules, name) for name in names}
    module = _compiled_module(tuple(modules), tuple(names), tuple(rests_on))
    return {name: getattr(module, name) for name in names}


@lru_cache(maxsize=4)
def is_library_cached(
    modules: tuple[ModuleType, ...], names: tuple[str, ...], rests_on: tuple[ModuleType, ...]
) -> bool:
    """Tell whether an earlier process has compiled a library, so that it is quick to load."""
    return is_cached(_text(modules, names, rests_on))


@lru_cache(maxsize=4)
def _compiled_module(
    modules: tuple[ModuleType, ...], names: tuple[str, ...], rests_on: tuple[ModuleType, ...]
) -> ModuleType:
    return cached_module(_text(modules, names, rests_on))


def _defined(modules: Sequence[ModuleType], name: str) -> Callable[..., Any]:
    (found,) = (vars(module)[name] for module in modules if name in module.__all__)
    return found  # type: ignore[no-any-return]


def _text(
    modules: Sequence[ModuleType], names: Sequence[str], rests_on: Sequence[ModuleType]
) -> str:
    """Return the source of the modules in one, without what they import from each other."""
    gathered = {__name__, *(module.__name__ for module in modules)}
    digest = hashlib.sha256("".join(map(inspect.getsource, rests_on)).encode()).hexdigest()
    statements = [
        statement
        for module in modules
        for statement in ast.parse(inspect.getsource(module)).body
        if not _is_superfluous(statement, gathered)
    ]
    return (
        HEAD.format(digest=digest, names=tuple(names))
        + "\n\n".join(map(ast.unparse, statements))
        + "\n"
    )


def _is_superfluous(statement: ast.stmt, gathered: set[str]) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return statement.module in gathered or statement.module == "__future__"
    if isinstance(statement, ast.Assign):
        return any(isinstance(t, ast.Name) and t.id == "__all__" for t in statement.targets)
    return isinstance(statement, ast.Expr)  # the docstring
