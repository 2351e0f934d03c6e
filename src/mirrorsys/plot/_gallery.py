"""The gallery: every script of ``examples/`` is one figure.

A script has a docstring whose first line is the title, a function ``compute() ->
DataTree`` with all data of the figure, and ``draw(data) -> Figure``.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import matplotlib.pyplot as plt

from mirrorsys.flow import save
from mirrorsys.plot._files import FORMATS, save_figure
from mirrorsys.plot._style import style

__all__ = ["Example", "draw_gallery", "gallery"]


@dataclass(frozen=True)
class Example:
    """One script of the gallery."""

    name: str
    path: Path

    @property
    def title(self) -> str:
        """The first line of the script's docstring."""
        source = self.path.read_text(encoding="utf-8")  # python -OO drops docstrings
        return (ast.get_docstring(ast.parse(source)) or self.name).splitlines()[0]

    def module(self) -> ModuleType:
        """Import the script (once a process)."""
        name = f"mirrorsys_example_{self.name}"
        if name not in sys.modules:
            specification = importlib.util.spec_from_file_location(name, self.path)
            if specification is None or specification.loader is None:
                raise ImportError(f"{self.path} cannot be imported")
            module = importlib.util.module_from_spec(specification)
            sys.modules[name] = module
            try:
                specification.loader.exec_module(module)
            except BaseException:
                del sys.modules[name]
                raise
        return sys.modules[name]


def _folder() -> Path:
    """Return where the scripts are: inside the installed package, or in the checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_examples", package.parents[1] / "examples"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("the example scripts are not installed; reinstall mirrorsys.")


def gallery(names: Iterable[str] = ()) -> tuple[Example, ...]:
    """Return the examples of these names, or all of them.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    found = {path.stem: Example(path.stem, path) for path in sorted(_folder().glob("[!_]*.py"))}
    wanted = tuple(names) or tuple(found)
    if unknown := [name for name in wanted if name not in found]:
        raise ValueError(f"there is no figure {unknown}; the figures are {list(found)}.")
    return tuple(found[name] for name in wanted)


def draw_gallery(
    examples: Iterable[Example],
    output: str | os.PathLike[str],
    *,
    formats: Iterable[str] = ("png", "svg"),
) -> Iterator[tuple[Example, list[Path]]]:
    """Draw figures one by one; yield each with the files just written.

    Parameters
    ----------
    examples : iterable of Example
    output : path
        A folder, created if needed. Each figure's data go beside it as netCDF.
    formats : iterable of {"png", "svg", "pdf"}

    Raises
    ------
    ValueError
        If a format is unknown.
    """
    formats = tuple(formats)
    if unknown := [each for each in formats if each not in FORMATS]:
        raise ValueError(f"`formats` holds {unknown}; give some of {list(FORMATS)}.")
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    for example in examples:
        module = example.module()
        data = module.compute()
        written = [folder / f"{example.name}.nc"]
        save(data, written[0])
        for kind in formats:
            # Drawn anew for each format: saving a figure moves its layout, and with it the
            # bytes of the next file.
            with style():
                figure = module.draw(data)
                written.append(save_figure(figure, folder / f"{example.name}.{kind}"))
                plt.close(figure)
        yield example, written
