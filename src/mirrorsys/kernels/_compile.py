"""Turn generated source into callables, with numba where it is installed.

Compiled code is kept in a cache folder of the user (the environment variable
``MIRRORSYS_CACHE`` moves it), so only the first run of a new system pays for
compilation. Without numba, or with ``MIRRORSYS_BACKEND=numpy``, the same source runs
in NumPy.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from mirrorsys._files import write_text

__all__ = ["array_functions", "backend_in_use", "cached_module", "point_functions"]

NAMES = ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "minimum",
         "maximum", "where", "nan")  # fmt: skip
# One row per point: states, parameters and inputs in, results of one or two axes out.
SIGNATURES = {1: "void(f8[::1], f8[::1], f8[::1], f8[::1])",
              2: "void(f8[::1], f8[::1], f8[::1], f8[:, ::1])"}  # fmt: skip


def backend_in_use() -> str:
    """Return how right-hand sides are computed: ``"numba"`` or ``"numpy"``.

    Raises
    ------
    ValueError
        If ``MIRRORSYS_BACKEND`` asks for something else.
    """
    wanted = os.environ.get("MIRRORSYS_BACKEND", "")
    if wanted not in {"", "numba", "numpy"}:
        raise ValueError(f"MIRRORSYS_BACKEND is {wanted!r}; set it to 'numba' or 'numpy'.")
    if wanted == "numpy" or importlib.util.find_spec("numba") is None:
        return "numpy"
    return "numba"


def array_functions(sources: dict[str, str]) -> dict[str, Callable[..., None]]:
    """Return the functions in NumPy: arguments may have further axes, all alike."""
    namespace: dict[str, Any] = {name: getattr(np, name) for name in NAMES}
    for source in sources.values():
        # The source was printed from SymPy expressions; no text of a user is in it.
        exec(compile(source, "<kernel>", "exec"), namespace)
    return {name: namespace[name] for name in sources}


def point_functions(
    sources: dict[str, str], n_axes: dict[str, int]
) -> dict[str, Callable[..., None]]:
    """Return the functions for one point at a time, compiled by numba where it is installed.

    Parameters
    ----------
    sources : dict of str to str
        The source of each function by its name.
    n_axes : dict of str to int
        The number of axes of each function's ``out``.
    """
    if backend_in_use() == "numpy":
        return array_functions(sources)
    decorated = "".join(
        f"@njit({SIGNATURES[n_axes[name]]!r}, cache=True, error_model='numpy')\n{source}\n"
        for name, source in sources.items()
    )
    text = f"from numba import njit\nfrom numpy import {', '.join(NAMES)}\n\n{decorated}"
    module = cached_module(text)
    return {name: getattr(module, name) for name in sources}


def cached_module(text: str) -> ModuleType:
    """Import `text` from a file of the cache folder, where numba keeps its machine code."""
    name = f"mirrorsys_kernel_{hashlib.sha256(text.encode()).hexdigest()[:24]}"
    path = _cache_folder() / f"{name}.py"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != text.encode():
            write_text(path, text)
        return _loaded(name, path)
    except Exception:  # nowhere to write, or a damaged cache: compile in memory, this time
        with suppress(OSError):
            for damaged in path.parent.glob(f"__pycache__/{name}*.nb?"):
                damaged.unlink()
        module = ModuleType(name)
        exec(compile(text.replace("cache=True", "cache=False"), name, "exec"), module.__dict__)
        return module


def _loaded(name: str, path: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, path)
    if specification is None or specification.loader is None:
        raise OSError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module  # numba looks the module up by name when it loads from its cache
    specification.loader.exec_module(module)
    return module


def _cache_folder() -> Path:
    if folder := os.environ.get("MIRRORSYS_CACHE"):
        return Path(folder)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "mirrorsys" / "kernels"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mirrorsys" / "kernels"
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "mirrorsys" / "kernels"
