"""What once failed, hung or filled the memory is read again, and executes nothing."""

import ast
import hashlib
import json
import os
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import sympy as sp
import xarray as xr

import mirrorsys as ms
from mirrorsys._expressions import ExpressionError, canonical, parse, to_text
from mirrorsys.cli import main
from mirrorsys.flow._checksum import LENGTH, MARK
from mirrorsys.flow.outputs import highest
from trust.fuzzing import guard, keep, smaller
from trust.fuzzing.targets import TARGETS, Target, scratch
from trust.fuzzing.worker import examine, input_number, warm_up

ROOT = Path(__file__).parents[2]
CORPUS = {
    name: sorted(path for path in (ROOT / "tests" / "corpus" / name).iterdir())
    for name in TARGETS
    if (ROOT / "tests" / "corpus" / name).is_dir()
}
X = sp.Symbol("x")
TABLE = pd.DataFrame({"t": [0, 1], "x": [0, 1]})

# h5netcdf opens a file that is none, and Python tells of it when the object is gone.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def target(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Target:
    """One of the targets, what it imports late being there, in a folder of its own."""
    found = TARGETS[request.param]
    monkeypatch.setattr(guard, "SECONDS", 4.0)  # with other processes on the same cores
    monkeypatch.chdir(scratch())
    warm_up(found)
    return found


@pytest.mark.parametrize("target", CORPUS, indirect=True)
def test_the_corpus_is_read_under_the_laws(target: Target) -> None:
    assert len(CORPUS[target.name]) >= 5
    verdicts = {path.name: examine(target, path.read_bytes()) for path in CORPUS[target.name]}
    assert {n: v for n, v in verdicts.items() if v.outcome not in {"accepted", "refused"}} == {}
    assert "refused" in {verdict.outcome for verdict in verdicts.values()}


@pytest.mark.parametrize(
    "target", [n for n in TARGETS if n not in {"foreign", "commands"}], indirect=True
)
def test_some_new_inputs_are_read_under_the_laws(target: Target) -> None:
    verdicts = [examine(target, input_number(target, number)) for number in range(60)]
    assert [v for v in verdicts if v.outcome not in {"accepted", "refused"}] == []


def test_inputs_are_the_same_in_every_run() -> None:
    digest = hashlib.sha256(b"".join(input_number(TARGETS["parser"], n) for n in range(50)))
    command = (
        "import hashlib; from trust.fuzzing.targets import TARGETS; "
        "from trust.fuzzing.worker import input_number as number; "
        "print(hashlib.sha256(b''.join(number(TARGETS['parser'], n) for n in range(50)))"
        ".hexdigest())"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    said = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True, env=environment
    ).stdout
    assert said.strip() == digest.hexdigest()


# ---- the laws themselves can be broken --------------------------------------------------------


class _Runs:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.getenv, ("HOME",)


def _foreign_error(_: bytes) -> str:
    json.loads("(")
    return "accepted"


def _silent(_: bytes) -> str:
    raise ValueError("")


def _busy(_: bytes) -> str:
    begin = time.process_time()
    while time.process_time() < begin + 1.05 * guard.SECONDS:
        pass
    return "accepted"


def _unpickles(data: bytes) -> str:
    return str(pickle.loads(data))


def _executes(_: bytes) -> str:
    exec("1")
    return "accepted"


def _connects(_: bytes) -> str:
    socket.socket().close()
    return "accepted"


def _starts(_: bytes) -> str:
    subprocess.run(["true"], check=True)
    return "accepted"


def _writes(_: bytes) -> str:
    Path(os.devnull).write_text("x", encoding="utf-8")
    return "accepted"


def _leaves(_: bytes) -> str:
    raise SystemExit


@pytest.mark.parametrize(
    ("run", "outcome", "reason"),
    [
        (_foreign_error, "failed", "Error at "),
        (_silent, "failed", "says nothing"),
        (_busy, "slow", "accepted after"),
        (_unpickles, "failed", "ran something: pickle.find_class"),
        (_executes, "failed", "ran something: compile"),
        (_connects, "failed", "ran something: socket"),
        (_starts, "failed", "ran something: subprocess"),
        (_writes, "failed", "ran something: open"),
        (_leaves, "failed", "SystemExit left"),
        (lambda _: "another expression", "failed", "another expression"),
        (lambda _: "accepted", "accepted", ""),
    ],
)
def test_a_broken_law_is_noticed(run: Callable[[bytes], str], outcome: str, reason: str) -> None:
    verdict = guard.judge(run, pickle.dumps(_Runs()))
    assert verdict.outcome == outcome
    assert reason in verdict.reason


def test_what_fails_is_made_smaller_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert smaller.smaller(lambda part: b"a" in part and b"z" in part, b"bbabb" * 9 + b"z") == b"az"
    monkeypatch.setattr("trust.fuzzing.CORPUS", tmp_path)
    path = keep("parser", b"az")
    assert (path.parent, path.read_bytes()) == (tmp_path / "parser", b"az")
    assert smaller.kind_of("KeyError at a.py:3: 'x'") == "KeyError at a.py:3"
    assert smaller.kind_of("refused after 1.32 s") == "refused"


# ---- expressions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "inner"),
    [("0.5**", "y**0.5"), ("2**0.2**", "(0.5/y)"), ("tanh(", "y**x"), ("tan(", "log(y)")],
)
def test_what_takes_sympy_exponentially_long_is_refused_before_it_does(
    before: str, inner: str
) -> None:
    begin = time.process_time()
    for depth in (6, 12, 24):
        with pytest.raises(ExpressionError, match="nest too deeply"):
            parse(before * depth + inner + ")" * depth * before.count("("))
    assert time.process_time() - begin < 3
    shallow = before + inner + ")" * before.count("(")
    assert parse(to_text(parse(shallow))) == parse(shallow)


def test_many_of_what_takes_long_are_refused_together() -> None:
    term = "tanh(tanh(sqrt({})))"
    assert parse("+".join(term.format(f"x{i}") for i in range(20)))
    with pytest.raises(ExpressionError, match="nest too deeply"):
        parse("+".join(term.format(f"x{i}") for i in range(200)))


def test_layers_of_real_functions_may_be_deep() -> None:
    assert parse("tanh(1 + " * 20 + "x" + ")" * 20).has(sp.tanh)


def test_a_long_sum_is_read_within_a_second_and_lasts() -> None:
    text = "+".join(f"{i}*x{i % 40}*y{i // 40}**2" for i in range(1200))
    begin = time.process_time()
    long = parse(text)
    assert time.process_time() - begin < 2  # 0.7 s on an idle machine, 2.3 s when sorted
    assert len(long.args) == 1199
    assert parse(to_text(long)) == long


TOWERS = {
    "in a sum": "sp.Add(x, sp.exp(sp.exp(sp.exp(25))), evaluate=False)",
    "in a maximum": "sp.Max(x, sp.exp(sp.exp(sp.exp(25))), evaluate=False)",
    "of integers": "x + y*sp.Pow(9, sp.Pow(9, sp.Pow(9, 9, **no), **no), **no)",
    "of floats": "x*sp.Pow(sp.Float(9.0), sp.Integer(999999999), evaluate=False)",
    "a large integer": "x*sp.Integer(10)**100000",
    "a large float": "x*sp.Float(10)**999999999",
    "shared parts": "functools.reduce(lambda a, _: sp.Pow(a, a, **no), range(60), x)",
    "deep": "functools.reduce(lambda a, _: sp.sin(sp.Add(a, 1, **no), **no), range(3000), x)",
}


def test_towers_of_numbers_are_refused_before_sympy_computes_them() -> None:
    """Refused in a process that has 2 GiB: SymPy would fill many times that."""
    code = (
        "import functools, resource, sympy as sp\n"
        "from mirrorsys._expressions import ExpressionError, canonical\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "no, (x, y) = {'evaluate': False}, sp.symbols('x y')\n"
    )
    for name, tower in TOWERS.items():
        code += (
            f"try:\n    print({name!r}, canonical({tower}))\n"
            f"except ExpressionError:\n    print({name!r}, 'refused', sep=': ')\n"
        )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.stdout.splitlines() == [f"{name}: refused" for name in TOWERS], done.stderr


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (X * sp.Float(10) ** 400, "inf is not a real number, or too large"),
        (sp.Add(X, sp.exp(1000), evaluate=False), r"exp\(1000\) is not a real number"),
        (sp.Integer(10) ** 2000 * X, "a number of 6644 bits is too large"),
        (sp.Integer(10) ** 400 * X, r"10000000000000000000\.\.\. \(401 characters\)"),
        (sp.Add(*(sp.Symbol(f"x{i}") ** 2 for i in range(13_400))), "more than 40000 parts"),
    ],
)
def test_messages_of_numbers_and_sizes(expression: sp.Expr, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        canonical(expression)


def test_floats_of_sympy_keep_their_shortest_decimal() -> None:
    assert canonical(X * 0.1 - 2.5e-7) == parse("x/10 - 2.5e-7")
    assert canonical(X * (0.1 + 0.2)) == parse("0.30000000000000004*x")
    assert canonical(sp.Float(-0.3) ** 2 * X ** sp.Float(-0.5)) == parse("0.09*x**(-0.5)")


# ---- recordings and results -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"t,x\n0,1,2\n1,2,3\n", r"a\.csv cannot be read as CSV: .*does not match length of data"),
        (b"t," * 2000 + b"x\n0,1\n", "its first row has 2001 cells, more than 2000"),
        (b"t," + b"x" * 140_000 + b"\n0,1\n", "field larger than field limit"),
        (b"\x1f\x8b\x08\0\0\0\0\0\xff\xff", "cannot be read as CSV"),
    ],
)
def test_a_recording_that_pandas_would_misread_or_take_minutes_for_is_refused(
    content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        ms.protocols.recording(tmp_path / "a.csv", time="t", value="x")


def test_a_recording_of_many_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("wb") as file:
        file.truncate(200_000_001)  # takes no room on the disk
    with pytest.raises(ValueError, match=r"a\.csv has 200000001 bytes; a CSV file has at most"):
        ms.protocols.recording(tmp_path / "a.csv", time="t", value="x")


@pytest.mark.parametrize("call", [
    lambda: ms.Phase(10**400),
    lambda: ms.protocols.Recording((0, 10**400), (0, 1)),
    lambda: ms.protocols.recording(TABLE, time="t", value="x", time_scale=10**400),
])  # fmt: skip
def test_a_number_beyond_doubles_is_refused_in_words(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"1000000000000000000.*give"):
        call()


def test_a_step_of_noise_that_no_run_could_take_is_refused_by_its_number_of_steps() -> None:
    noisy = ms.System("noisy", {"x": "-x"}, diffusion={"x": "1"})
    with pytest.raises(ms.IntegrationError, match=r"more than `max_steps` = 1000000 steps"):
        ms.simulate(noisy, duration=1, noise=ms.Noise(5e-324), seed=1)


def test_the_command_line_says_in_words_that_a_model_blows_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ms.save_model(ms.System("blow-up", {"x": "x**2"}, initial={"x": 1}), tmp_path / "m.toml")
    assert main(["simulate", str(tmp_path / "m.toml"), "--duration", "10"]) == 1
    assert capsys.readouterr().err.startswith("mirrorsys: integration of 'blow-up' failed at time")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "run.nc"
    ms.save(xr.Dataset({"x": ("time", np.linspace(0, 1, 9))}, {"time": np.arange(9.0)}), path)
    return path


def test_every_changed_byte_of_a_saved_file_is_noticed(saved: Path, tmp_path: Path) -> None:
    whole, path = saved.read_bytes(), tmp_path / "run.nc"
    for at in range(0, len(whole) - LENGTH, 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
        with pytest.raises(ValueError, match=r"run\.nc was damaged since it was saved"):
            ms.load(path)
    path.write_bytes(whole[:-1] + b"x")
    with pytest.raises(ValueError, match="was damaged since it was saved"):
        ms.load(path)


def test_a_file_that_another_program_wrote_or_changed_has_no_checksum(
    saved: Path, tmp_path: Path
) -> None:
    path, run = tmp_path / "run.nc", ms.load(saved)
    run.to_netcdf(path, engine="h5netcdf")
    xr.testing.assert_identical(ms.load(path), run)
    path.write_bytes(saved.read_bytes())
    with h5py.File(path, "r+") as file:
        file["x"][0] = 5.0
    assert MARK not in path.read_bytes()
    assert float(ms.load(path)["x"][0]) == 5.0


@pytest.mark.parametrize("cut", [1, 700, 3000])
def test_a_damaged_file_without_checksum_is_refused_in_words(
    cut: int, saved: Path, tmp_path: Path
) -> None:
    path = tmp_path / "run.nc"
    path.write_bytes(saved.read_bytes()[:-LENGTH][:cut])
    with pytest.raises(ValueError, match=r"run\.nc cannot be read as netCDF"):
        ms.load(path)


def test_checksum_errors_of_hdf5_are_refused_in_words(saved: Path, tmp_path: Path) -> None:
    """HDF5's readers raise KeyError and RuntimeError where its own checksums do not fit."""
    content = bytearray(saved.read_bytes()[:-LENGTH])
    at = content.index(b"OHDR", content.index(b"OHDR") + 4)
    content[at + 20] ^= 255
    (tmp_path / "run.nc").write_bytes(content)
    with pytest.raises(ValueError, match=r"run\.nc cannot be read as netCDF"):
        ms.load(tmp_path / "run.nc")


# ---- nothing in a file is executed --------------------------------------------------------------


def test_pickled_objects_in_a_result_stay_bytes(tmp_path: Path) -> None:
    path, pickled = tmp_path / "run.nc", pickle.dumps(_Runs())
    with h5py.File(path, "w") as file:
        file["x"] = np.void(pickled)
        file.attrs["system"] = np.void(pickled)
        file.create_dataset("y", data=np.frombuffer(pickled, dtype="u1"))

    def run(_: bytes) -> str:
        ms.load(path)
        return "accepted"

    verdict = guard.judge(run, b"")
    assert verdict.outcome in {"accepted", "refused"}, verdict


def test_pickled_objects_in_a_store_are_not_unpickled(tmp_path: Path) -> None:
    """Metadata may name a codec that unpickles what it finds: numcodecs must refuse it."""
    pytest.importorskip("zarr")
    path = tmp_path / "s.zarr"
    decay = ms.System("decay", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1.0})

    def study() -> xr.Dataset:
        return ms.ensemble(
            decay, {"k": [0.1, 0.2, 0.3]}, duration=1.0, outputs={"h": highest("x")}, store=path,
            progress=False,
        )  # fmt: skip

    study()
    every = json.loads((path / ".zmetadata").read_text(encoding="utf-8"))
    own = every["metadata"]["h/.zarray"]
    own |= {"dtype": "|O", "fill_value": "", "compressor": None}
    own["filters"] = [{"id": "vlen-utf8"}, {"id": "pickle", "protocol": 5}]
    (path / ".zmetadata").write_text(json.dumps(every), encoding="utf-8")
    (path / "h" / ".zarray").write_text(json.dumps(own), encoding="utf-8")
    (path / "h" / "0").write_bytes(pickle.dumps([_Runs()] * 3))
    with pytest.raises(Exception, match=r"unpickling data can execute|no zarr group"):
        study().load(scheduler="synchronous")


ALLOWED = {
    # what each file calls, and why that is no text of a file
    "flow/_chunks.py": {"sp.lambdify"},  # of an expression whose symbols are all replaced
    "kernels/_source.py": {"exec", "compile"},  # printed from expressions, with places for names
    "kernels/_cache.py": {"exec", "compile"},  # the same text, from memory or the user's own cache
}
CALLS = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "jsonpickle"}
ATTRIBUTES = {"os.system", "os.popen", "sp.sympify", "sympy.sympify", "sp.parse_expr", "pd.eval",
              "pd.read_pickle", "sp.lambdify", "pickle.loads", "np.fromregex"}  # fmt: skip


def _runs_text(tree: ast.AST) -> set[str]:
    """Return what a module calls or imports that can turn text or bytes into code."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [each.name for each in node.names]
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else names
            found |= {each.partition(".")[0] for each in names} & MODULES
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            found |= {called} & (CALLS | ATTRIBUTES)
            found |= {f"{k.arg}" for k in node.keywords if k.arg == "allow_pickle"}
    return found


def test_nothing_in_the_sources_unpickles_or_evaluates() -> None:
    source = ROOT / "src" / "mirrorsys"
    found = {
        str(path.relative_to(source)): runs
        for path in source.rglob("*.py")
        if (runs := _runs_text(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert found == ALLOWED


@pytest.mark.parametrize("text", ["import pickle", "from marshal import loads", "eval('1')",
                                  "np.load(f, allow_pickle=True)", "sp.sympify(t)"])  # fmt: skip
def test_the_scan_sees_what_it_looks_for(text: str) -> None:
    assert _runs_text(ast.parse(text))
