"""Which machinery computes right-hand sides."""

from __future__ import annotations

import importlib.util
import os
import platform

__all__ = ["backend_in_use", "processor"]

BACKENDS = ("llvm", "numpy")


def backend_in_use() -> str:
    """Return how right-hand sides are computed: ``"llvm"`` (machine code) or ``"numpy"``.

    Machine code where llvmlite is installed, unless the environment variable
    ``MIRRORSYS_BACKEND`` says ``numpy``.

    Raises
    ------
    ValueError
        If ``MIRRORSYS_BACKEND`` asks for something else.
    """
    wanted = os.environ.get("MIRRORSYS_BACKEND", "")
    if wanted not in {"", *BACKENDS}:
        raise ValueError(f"MIRRORSYS_BACKEND is {wanted!r}; set it to 'llvm' or 'numpy'.")
    if wanted == "numpy" or importlib.util.find_spec("llvmlite") is None:
        return "numpy"
    return "llvm"


def processor() -> str:
    """Return the name of the processor that machine code is made for."""
    if backend_in_use() == "numpy":
        return platform.machine()
    from llvmlite import binding

    return f"{platform.machine()} {binding.get_host_cpu_name()}"
