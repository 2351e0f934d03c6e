"""How Hypothesis prints what it drew: as code that rebuilds it, not field by field."""

from __future__ import annotations

import contextlib
from typing import Any

from mirrorsys._system import System
from mirrorsys.protocols import Phase, Protocol, Recording
from mirrorsys.testing._code import as_code

__all__ = ["print_as_code"]


def print_as_code() -> None:
    """Tell Hypothesis to print systems, protocols, phases and recordings as code.

    The public way, a method ``_repr_pretty_``, would change what IPython shows too.
    """
    with contextlib.suppress(ImportError):  # prints field by field if they move it
        from hypothesis.vendor.pretty import for_type_by_name

        for kind in (System, Protocol, Phase, Recording):
            for_type_by_name(kind.__module__, kind.__name__, _print)


def _print(drawn: Any, printer: Any, _: bool) -> None:
    printer.text(as_code(drawn))
