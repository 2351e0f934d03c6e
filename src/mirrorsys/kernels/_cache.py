"""Modules in a cache folder of the user, where numba keeps their machine code.

The environment variable ``MIRRORSYS_CACHE`` moves the folder.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from mirrorsys._files import write_text

__all__ = ["cache_folder", "cached_module", "is_cached"]


def cached_module(text: str) -> ModuleType:
    """Import `text` from a file of the cache folder, where numba keeps its machine code."""
    name = _name(text)
    path = cache_folder() / f"{name}.py"
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


def is_cached(text: str) -> bool:
    """Tell whether machine code of a module is kept from an earlier import."""
    return any(cache_folder().glob(f"__pycache__/{_name(text)}*.nbc"))


def _name(text: str) -> str:
    return f"mirrorsys_{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def _loaded(name: str, path: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, path)
    if specification is None or specification.loader is None:
        raise OSError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module  # numba looks the module up by name when it loads from its cache
    specification.loader.exec_module(module)
    return module


def cache_folder() -> Path:
    if folder := os.environ.get("MIRRORSYS_CACHE"):
        return Path(folder)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "mirrorsys" / "kernels"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mirrorsys" / "kernels"
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "mirrorsys" / "kernels"
