"""The same bits again: whoever computes them, in whatever portions, from a file, in any process."""

import os
import subprocess
import sys
import warnings
from random import Random

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys.analysis.bifurcation._collocation import basis
from mirrorsys.flow import differences
from trust import reproducibility
from trust.reproducibility.ensembles import LIGHT, Study, studies, unequal
from trust.reproducibility.reruns import Run, rerun_differs, runs

FEW = settings(
    max_examples=4, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip


@FEW
@given(studies(), st.integers(0, 99).map(Random))
def test_any_ensemble_has_the_same_bits_in_any_portions(study: Study, random: Random) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sensitive trajectories
        whole = study.run(chunk=len(study))
        for name, way in LIGHT.items():
            assert way(study, whole, random, {}) == {}, name


@FEW
@given(run=runs())
def test_any_run_is_computed_again_from_its_file(run: Run, tmp_path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert rerun_differs(run, tmp_path / "run.nc")[1] == {}


def test_the_basis_of_cycles_is_the_same_every_time() -> None:
    """SciPy's interpolation shuffles its nodes by chance, which reached the bits of cycles."""
    x = np.linspace(0.1, 0.9, 7)
    assert len({basis(4).at(x).tobytes() for _ in range(20)}) == 1


def test_another_bit_is_seen() -> None:
    found = ms.ensemble(ms.models.client(), 2, duration=1)
    other = found.copy(deep=True)
    other["threat"][0] += 1e-16 + abs(other["threat"][0]) * 1e-15
    assert list(unequal(found, other)) == ["threat"]
    assert differences(found, found) == {}


def test_derived_texts_do_not_depend_on_the_order_of_hashes(tmp_path) -> None:
    """Sets of texts have another order in each process; no text may be written from one."""
    code = (
        "import mirrorsys as ms\n"
        "from mirrorsys._model_files import to_toml\n"
        "pair = ms.models.dyad(ms.models.client(), ms.models.therapist())\n"
        "print(to_toml(pair), pair.latex(), ms.symbolic.jacobian(pair))\n"
        "print(ms.symbolic.routh_hurwitz(ms.models.zoo.lorenz()))\n"
        "for each in ms.equilibria(ms.models.zoo.cusp()):\n"
        "    print(each.state, each.eigenvalues.tolist())\n"
    )
    texts = set()
    for seed in ("0", "1"):
        own = {**os.environ, "PYTHONHASHSEED": seed, "MIRRORSYS_CACHE": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", code], env=own, check=True,
                              capture_output=True, text=True)  # fmt: skip
        texts.add(done.stdout)
    assert len(texts) == 1


def test_the_page_tells_what_differs() -> None:
    found = {
        "ensembles": {
            "ways": {"one by one": {"cases": 9, "different": 1},
                     reproducibility.VECTORS: {"cases": 8, "different": 2}},
            "members": {}, "examples": ["one by one: x differs; Study(system=...)"]},
        "reruns": {"cases": 5, "different": 2}, "processes": {
            "surroundings": [{"PYTHONHASHSEED": "7"}], "texts": 3, "different": ["LaTeX of x"]},
        "figures": {"passes": 2, "files": {".svg": 4}, "different": []},
    }  # fmt: skip
    text = reproducibility.section(found)
    assert "| one by one | 9 | 1 |" in text
    assert "1 (LaTeX of x) differ" in text
    assert "4 .svg): none differ" in text
    assert "The first case that differs: one by one: x differs." in text
    counted = {what: (cases, told) for what, cases, told in reproducibility.glance(found)}
    assert counted["ensembles, other workers, chunks and order"] == (9, "1 differ")
    assert counted["ensembles, as on other processors"] == (8, "2 differ")
