"""Which machinery is used, and that everything runs without it."""

import sys

import pytest

import mirrorsys as ms
from mirrorsys.kernels import backend_in_use


def test_the_backend_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for wanted, expected in (("", "llvm"), ("llvm", "llvm"), ("numpy", "numpy")):
        monkeypatch.setenv("MIRRORSYS_BACKEND", wanted)
        assert backend_in_use() == expected
    monkeypatch.delenv("MIRRORSYS_BACKEND")
    assert backend_in_use() == "llvm"
    monkeypatch.setenv("MIRRORSYS_BACKEND", "fortran")
    with pytest.raises(ValueError, match="MIRRORSYS_BACKEND is 'fortran'; set it to 'llvm' or"):
        backend_in_use()


def test_without_llvmlite_everything_runs_in_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIRRORSYS_BACKEND", raising=False)
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    assert backend_in_use() == "numpy"
    lone = ms.System("no llvmlite", {"x": "-x"}, initial={"x": 1})
    assert ms.simulate(lone, duration=1).attrs["backend"] == "numpy"
