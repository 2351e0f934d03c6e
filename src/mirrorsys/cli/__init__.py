"""The command line: ``mirrorsys figures``, ``claims``, ``simulate``, ``equilibria`` and more."""

from mirrorsys.cli._main import main

__all__ = ["main"]
