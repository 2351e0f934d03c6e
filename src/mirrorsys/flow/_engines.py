"""Engines by name: which integrates, and with what settings."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable

from mirrorsys._values import as_number
from mirrorsys.flow._noise import integrate_phase_with_noise
from mirrorsys.flow._problem import Noise, PhaseProblem, PhaseResult, Settings
from mirrorsys.kernels import backend_in_use

__all__ = ["ENGINES", "chosen_engine", "settings_for"]

Engine = Callable[[PhaseProblem, Settings], PhaseResult]

ENGINES = ("scipy", "compiled", "taylor", "auto")
SCIPY_METHODS = ("LSODA", "Radau", "BDF", "DOP853", "RK45")
COMPILED_METHODS = ("switching", "DOP853", "Rodas5P")


def chosen_engine(engine: str, noise: Noise | None = None) -> tuple[str, Engine, str]:
    """Return the name of an engine, the engine, and why it was chosen.

    With noise, the engine beside machine code is NumPy's, which makes the same steps.

    Raises
    ------
    ValueError
        If there is no engine of that name, or it cannot run here.
    """
    if engine not in ENGINES:
        raise ValueError(f"`engine` is {engine!r}; give one of {list(ENGINES)}.")
    has_llvm = backend_in_use() == "llvm"
    if engine == "compiled" and not has_llvm:
        raise ValueError(
            "`engine` is 'compiled', which needs machine code, but right-hand sides are computed "
            "in NumPy here: install llvmlite, unset MIRRORSYS_BACKEND, or give engine='scipy'."
        )
    if engine == "taylor":
        return "taylor", _taylor(noise), "asked for"
    if engine == "scipy":
        return "scipy", _by_scipy(noise), "asked for"
    if not has_llvm:
        return "scipy", _by_scipy(noise), "auto: there is no llvmlite, or it is not to be used"
    from mirrorsys.flow._compiled_engine import integrate_phase_compiled

    why = "asked for" if engine == "compiled" else "auto: machine code is at hand"
    return "compiled", integrate_phase_compiled, why


def _by_scipy(noise: Noise | None) -> Engine:
    if noise is not None:
        return integrate_phase_with_noise
    from mirrorsys.flow._scipy_engine import integrate_phase  # SciPy is slow to import

    return integrate_phase


def _taylor(noise: Noise | None) -> Engine:
    if importlib.util.find_spec("heyoka") is None:
        raise ValueError(
            "`engine` is 'taylor', which needs heyoka: pip install heyoka (there are wheels for "
            "Linux), or give engine='compiled'."
        )
    if noise is not None:
        raise ValueError("`engine` is 'taylor', which knows no noise; give engine='compiled'.")
    from mirrorsys.flow._taylor_engine import integrate_phase_taylor

    return integrate_phase_taylor


def settings_for(
    engine: str,
    method: str | None,
    rtol: float,
    atol: float,
    max_steps: int,
    noise: Noise | None = None,
    seed: int | None = None,
) -> Settings:
    """Return checked settings of an engine, its first method where none is given.

    Raises
    ------
    ValueError
        If a setting does not fit.
    """
    if noise is not None:
        if method is not None:
            raise ValueError(f"`method` is {method!r}, but noise has its own: Noise(method=...).")
        method = noise.method
        methods: tuple[str, ...] = (noise.method,)
    else:
        methods = {"scipy": SCIPY_METHODS, "taylor": ("Taylor",)}.get(engine, COMPILED_METHODS)
    method = methods[0] if method is None else method
    if method not in methods:
        raise ValueError(f"`method` is {method!r}; the engine {engine!r} has {list(methods)}.")
    for label, value in (("rtol", rtol), ("atol", atol)):
        if not 0 < as_number(value) < math.inf:
            raise ValueError(f"`{label}` is {value!r}; give a small positive number such as 1e-8.")
    if not (1 <= as_number(max_steps) < math.inf and max_steps == int(max_steps)):
        raise ValueError(f"`max_steps` is {max_steps!r}; give a whole number from 1.")
    return Settings(
        method=method, rtol=float(rtol), atol=float(atol), max_steps=int(max_steps), noise=noise,
        seed=None if seed is None else int(seed),
    )  # fmt: skip
