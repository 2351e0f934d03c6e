"""The command line as a user meets it: what it prints, writes and returns."""

import json
import subprocess
import sys

import pytest

import mirrorsys as ms
from mirrorsys import claims
from mirrorsys.cli import main

S1 = claims.check("S1")


def test_info_names_versions_and_backend(capsys):
    assert main(["info"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"mirrorsys {ms.__version__}")
    assert "right-hand sides are computed by" in printed


def test_simulate_prints_the_last_state(capsys):
    assert main(["simulate", "client", "--duration", "60", "--set", "pathway=0.3"]) == 0
    rows = dict(line.split() for line in capsys.readouterr().out.splitlines()[1:])
    run = ms.simulate(ms.models.client(), duration=60, initial={"pathway": 0.3})
    assert float(rows["threat"]) == pytest.approx(float(run.threat[-1]), rel=1e-5)


def test_simulate_says_how_exact_a_run_is(capsys):
    assert main(["simulate", "client", "--duration", "60", "--error-estimate"]) == 0
    printed = capsys.readouterr()
    run = ms.simulate(ms.models.client(), duration=60, error_estimate=True)
    assert run.attrs["accuracy"] in printed.out.splitlines()
    assert printed.err == ""


@pytest.mark.filterwarnings("default")  # printed, as it is outside of pytest
def test_a_run_that_is_not_exact_says_so_in_one_line(tmp_path, capsys):
    """Errors grow as exp(9 t) away from an unstable equilibrium; x itself stays small."""
    model, result = tmp_path / "unstable.toml", tmp_path / "run.nc"
    ms.save_model(ms.System("unstable", {"x": "9*x - y", "y": "-y"}), model)
    arguments = ["simulate", str(model), "--duration", "4", "--error-estimate"]
    start = ["--set", "x=0.1", "--set", "y=1"]  # on the stable manifold y = 10 x
    assert main([*arguments, *start, "--output", str(result)]) == 0
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith("mirrorsys: warning: 'unstable': largest error about")
    assert "errors grow along this run" in printed.out
    assert ms.load(result).attrs["accuracy"] in printed.out


def test_simulate_sets_inputs_of_everyone_by_bare_name(tmp_path):
    path = tmp_path / "run.nc"
    arguments = ["simulate", "dyad", "--duration", "5", "--set", "contact=1", "--output", str(path)]
    assert main(arguments) == 0
    assert (ms.load(path).contact == 1).all()


def test_simulate_reads_a_model_file(tmp_path, capsys):
    path = tmp_path / "decay.toml"
    ms.save_model(ms.System("decay", {"x": "-x"}, initial={"x": 1.0}), path)
    assert main(["simulate", str(path), "--duration", "1"]) == 0
    assert "0.367879" in capsys.readouterr().out


def test_rerun_finds_a_saved_result_equal(tmp_path, capsys):
    path = tmp_path / "run.nc"
    ms.save(ms.simulate(ms.models.client(), duration=10), path)
    assert main(["rerun", str(path)]) == 0
    assert "equal" in capsys.readouterr().out


def test_rerun_finds_a_changed_result_different(tmp_path, capsys):
    run = ms.simulate(ms.models.client(), duration=10)
    run["threat"][-1] += 1e-12
    ms.save(run, tmp_path / "run.nc")
    assert main(["rerun", str(tmp_path / "run.nc")]) == 1
    assert "different" in capsys.readouterr().out


def test_figures_lists_every_script_with_its_title(capsys):
    assert main(["figures", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 12
    assert all(len(line.split(maxsplit=1)) == 2 for line in lines)


def test_figures_draws_one_with_its_data(tmp_path, capsys):
    arguments = ["figures", "mirroring", "--output", str(tmp_path), "--format", "svg", "pdf"]
    assert main(arguments) == 0
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"mirroring.nc", "mirroring.svg", "mirroring.pdf"}
    assert capsys.readouterr().out.startswith("[1/1]")


@pytest.mark.parametrize(("shift", "code"), [(0.0, 0), (-2.0, 1)])
def test_claims_exit_code_says_whether_all_hold(monkeypatch, capsys, shift, code):
    table = S1.assign(margin=S1.margin + shift, holds=S1.margin + shift >= 0)
    monkeypatch.setattr(claims, "check", lambda systems: table)
    assert main(["claims"]) == code
    assert ("FAILS" in capsys.readouterr().out) is bool(code)


def test_claims_as_json_are_a_list_of_objects(tmp_path):
    path = tmp_path / "claims.json"
    assert main(["claims", "S1", "--json", "--output", str(path)]) == 0
    objects = json.loads(path.read_text(encoding="utf-8"))
    keys = {"system", "statement", "value", "bound", "margin", "holds"}
    assert len(objects) == len(S1)
    assert all(keys <= each.keys() and each["system"] == "S1" for each in objects)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["simulate", "nobody", "--duration", "1"], "`model` is 'nobody'"),
        (["simulate", "client", "--duration", "-1"], "more than 0"),
        (["simulate", "client", "--duration", "1", "--set", "mu"], "write NAME=NUMBER"),
        (["simulate", "client", "--duration", "1", "--set", "mu=99"], "outside its range"),
        (["simulate", "missing.toml", "--duration", "1"], "missing.toml"),
        (["figures", "nothing"], "there is no figure"),
        (["rerun", "missing.nc"], "missing.nc"),
    ],
)
def test_bad_arguments_end_with_a_message_and_code_2(arguments, words, capsys):
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from mirrorsys.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print({'numpy', 'sympy', 'matplotlib'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.rstrip().endswith("set()")


def test_equilibria_prints_the_table_and_the_index_check(capsys):
    arguments = ["client", "--set", "pathway=0.1", "--set", "signal=1", "--set", "stressor=0.066"]
    assert main(["equilibria", *arguments]) == 0
    printed = capsys.readouterr().out
    assert "1 equilibrium of 'client'; the rest of the box is proven empty" in printed
    assert "0.598311" in printed
    assert "index check passed" in printed


def test_equilibria_of_a_published_model_in_other_formats(capsys):
    assert main(["equilibria", "cusp", "--set", "lambda_=3", "--format", "markdown"]) == 0
    table = capsys.readouterr()
    assert len(table.out.splitlines()) == 2 + 3
    assert "proven empty" in table.err
    assert main(["equilibria", "cusp", "--set", "lambda_=3", "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + 3
    assert (
        main(["equilibria", "cusp", "--box", "x=0.5,2", "--set", "lambda_=3", "--format", "latex"])
        == 0
    )
    assert capsys.readouterr().out.count("node") == 1


def test_equilibria_that_stay_undecided_change_the_exit_code(tmp_path, capsys):
    path = tmp_path / "double.toml"
    ms.save_model(ms.System("double", {"x": "(exp(x) - 1)**2"}, box={"x": (-1, 2)}), path)
    assert main(["equilibria", str(path)]) == 1
    printed = capsys.readouterr().out
    assert "one region undecided" in printed
    assert "undecided: x in [" in printed


@pytest.mark.parametrize("side", ["x", "x=1", "x=1,two", "x=1,2,3"])
def test_a_side_of_the_box_is_two_numbers(side, capsys):
    assert main(["equilibria", "cusp", "--box", side]) == 2
    assert f"`--box` is {side!r}; write STATE=LOW,HIGH." in capsys.readouterr().err
