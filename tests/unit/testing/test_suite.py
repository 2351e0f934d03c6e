"""All properties together: as a function, as tests of pytest, from the command line."""

import os
import subprocess
import sys

import pytest

import mirrorsys as ms
from mirrorsys.cli import main
from mirrorsys.testing import PropertyError, check_all, examine, stability_suite

CUBIC = ms.System("cubic", {"x": "x - x**3"}, box={"x": (-2, 2)})
LEAK = ms.System("leak", {"x": "-1"}, box={"x": (0, 1)})
ALL = ["box_invariant", "bounded", "jacobian", "equilibria_complete", "stability_matches_flow",
       "semigroup", "time_rescaling", "engine_agreement"]  # fmt: skip


def test_every_property_is_asked_and_noise_only_where_there_is_some():
    assert [each.name for each in check_all(CUBIC, n_cases=3)] == ALL
    noisy = CUBIC.replace(diffusion={"x": 0.1})
    names = [each.name for each in examine(noisy, n_cases=1, skip=ALL)]
    assert names == ["step_independence"]


def test_all_that_fails_is_raised_together():
    with pytest.raises(PropertyError) as caught:
        check_all(ms.System("two", {"x": "1 + x"}, box={"x": (0, 1)}), n_cases=20)
    assert {"box_invariant", "bounded"} <= {each.name for each in caught.value.outcomes}
    assert str(caught.value).count(" fails for 'two':") == len(caught.value.outcomes)


def test_what_is_skipped_must_be_a_property():
    with pytest.raises(ValueError, match=r"`skip` names \['boxes'\]"):
        check_all(CUBIC, skip=["boxes"])
    with pytest.raises(ValueError, match="`skip` names 'bounded'; give a list"):
        check_all(CUBIC, skip="bounded")


def test_a_suite_needs_a_class_that_pytest_collects():
    with pytest.raises(TypeError, match="put it on a class"):
        stability_suite(CUBIC)(lambda: None)
    with pytest.raises(ValueError, match="call it 'TestModel'"):
        stability_suite(CUBIC)(type("Model", (), {}))
    with pytest.raises(TypeError, match="give a System"):
        stability_suite("cubic")


FILE = """
import mirrorsys as ms
from mirrorsys.testing import stability_suite

@stability_suite(ms.System("cubic", {"x": "x - x**3"}, box={"x": (-2, 2)}), skip=["semigroup"])
class TestCubic:
    def test_jacobian(self):
        assert True  # kept: one of its own

@stability_suite(ms.System("leak", {"x": "-1"}, box={"x": (0, 1)}), n_cases=5)
class TestLeak:
    pass
"""


def pytest_on(folder, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", *arguments],
        cwd=folder, capture_output=True, text=True, check=False, env=os.environ | environment,
    )  # fmt: skip


def test_pytest_runs_one_test_for_each_property(tmp_path):
    (tmp_path / "test_mine.py").write_text(FILE)
    result = pytest_on(tmp_path, "--mirrorsys-profile=quick")
    assert "TestCubic::test_box_invariant PASSED" in result.stdout
    assert "TestCubic::test_jacobian PASSED" in result.stdout
    assert "TestCubic::test_semigroup" not in result.stdout
    assert "TestCubic::test_time_rescaling SKIPPED (undecided" in result.stdout
    assert "TestLeak::test_box_invariant FAILED" in result.stdout
    assert "x = 0 is the low end of its range, but d x/dt = -1" in result.stdout
    assert "hypothesis/core.py" not in result.stdout  # the user sees the counterexample alone
    assert result.returncode == 1


def test_the_plugin_knows_its_profiles(tmp_path):
    result = pytest_on(tmp_path, "--mirrorsys-profile=slow")
    assert "invalid choice: 'slow'" in result.stderr


def test_the_plugin_loads_nothing_where_it_is_not_used(tmp_path):
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_nothing(): assert not {'numpy', 'sympy', 'hypothesis'} & set(sys.modules)\n"
        "def test_no_library():\n"
        "    loaded = {m for m in sys.modules if m.startswith('mirrorsys.')}\n"
        "    assert loaded == {'mirrorsys.testing', 'mirrorsys.testing._plugin'}\n"
    )
    # Other plugins load what they like.
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    result = pytest_on(tmp_path, "-p", "mirrorsys.testing._plugin", **alone)
    assert result.returncode == 0, result.stdout


def test_without_hypothesis_the_message_says_what_to_install():
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "import mirrorsys.testing as t\n"
        "try: t.check_all\n"
        "except ImportError as error: print(error)\n"
        "from mirrorsys.cli import main\n"
        "print(main(['check', 'cusp']))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    words = "mirrorsys.testing.check_all needs Hypothesis, which is not installed: pip install"
    assert result.stdout.startswith(words)
    assert result.stdout.strip().endswith("2")
    assert "needs Hypothesis" in result.stderr


def test_every_public_name_is_there():
    import mirrorsys.testing as testing

    assert all(getattr(testing, name) is not None for name in testing.__all__)
    assert set(testing.__all__) <= set(dir(testing))
    with pytest.raises(AttributeError, match="no attribute 'check_everything'"):
        testing.check_everything  # noqa: B018


@pytest.mark.parametrize(("system", "code"), [(CUBIC, 0), (LEAK, 1)])
def test_the_command_line_checks_a_model_file(tmp_path, capsys, system, code):
    path = tmp_path / "model.toml"
    ms.save_model(system, path)
    assert main(["check", str(path), "--cases", "5", "--seed", "2"]) == code
    printed = capsys.readouterr().out
    assert printed.startswith(f"{system.name}: profile quick, seed 2\n")
    assert "jacobian" in printed
    assert "5 cases" in printed
    assert ("box_invariant fails for 'leak'" in printed) is bool(code)


def test_the_command_line_holds_values_and_states(capsys):
    arguments = ["client", "--set", "pathway=0.1", "--set", "signal=1", "--set", "rho=8"]
    skipped = [word for name in ALL if name != "equilibria_complete" for word in ("--skip", name)]
    assert main(["check", *arguments, "--cases", "4", *skipped]) == 0
    assert "holds      equilibria_complete        4 cases" in capsys.readouterr().out


def test_the_command_line_refuses_what_does_not_fit(capsys):
    assert main(["check", "cusp", "--skip", "nothing"]) == 2
    assert "`skip` names ['nothing']" in capsys.readouterr().err
