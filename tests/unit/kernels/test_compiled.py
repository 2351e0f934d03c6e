"""One library in machine code from several modules of plain Python."""

import importlib.util
import sys

import pytest

from mirrorsys.kernels import _compiled, _interval_functions, _intervals
from mirrorsys.kernels._backend import backend_in_use

BASE = '''"""Numbers."""
from mirrorsys.kernels._compiled import compiled
__all__ = ["doubled"]
FACTOR = {factor}.0

@compiled
def doubled(x):
    return FACTOR * x
'''
TOP = '''"""Built on numbers."""
import math
from base_of_test import doubled
from mirrorsys.kernels._compiled import compiled
__all__ = ["root_of_double"]

@compiled
def root_of_double(x):
    return math.sqrt(doubled(x))
'''


@pytest.fixture
def modules(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRRORSYS_CACHE", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(tmp_path)

    def written(factor):
        made = []
        for name, text in (("base_of_test", BASE.format(factor=factor)), ("top_of_test", TOP)):
            path = tmp_path / f"{name}.py"
            path.write_text(text, encoding="utf-8")
            specification = importlib.util.spec_from_file_location(name, path)
            module = importlib.util.module_from_spec(specification)
            monkeypatch.setitem(sys.modules, name, module)
            specification.loader.exec_module(module)
            made.append(module)
        return made

    return written


def test_functions_of_several_modules_work_together(modules):
    functions = _compiled.library(modules(2), ["root_of_double"])
    assert functions["root_of_double"](8.0) == 4.0


def test_a_change_deep_below_is_not_missed(modules):
    # The file of the function that is called stays as it is; what it calls has changed.
    first = _compiled.library(modules(2), ["root_of_double"])["root_of_double"](8.0)
    second = _compiled.library(modules(8), ["root_of_double"])["root_of_double"](8.0)
    assert (first, second) == (4.0, 8.0)


def test_without_numba_the_functions_stay_plain(modules, monkeypatch):
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")
    assert backend_in_use() == "numpy"
    base, top = modules(2)
    assert (
        _compiled.library([base, top], ["root_of_double"])["root_of_double"] is top.root_of_double
    )


def test_the_text_holds_no_import_of_what_it_gathers():
    text = _compiled._text([_intervals, _interval_functions], ["exponential"], [])
    assert "import math" in text
    assert "from mirrorsys" not in text
    assert "__all__" not in text


def test_what_the_code_rests_on_is_part_of_its_name(modules):
    base, top = modules(2)
    before = _compiled._text([top], ["root_of_double"], [base])
    base, top = modules(3)
    assert _compiled._text([top], ["root_of_double"], [base]) != before
