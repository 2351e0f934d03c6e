"""Models as TOML files: exact round trips, and nothing unfit gets in."""

from pathlib import Path

import pytest

from mirrorsys import Input, Parameter, State, System, load_model, save_model
from mirrorsys._model_files import LARGEST_FILE, from_toml, to_toml
from mirrorsys.models import client, dyad, network, therapist

FULL = System(
    'a "quoted" name\nof two lines, ünïcode, \\ and \x07',
    {
        State("x", 0.1, unit="m", range=(-1, 2), symbol=r"\xi", meaning="place"): "-k*x**2.5 + u",
        "y": "min(x, y) * (x < 0.1) - exp(-x/3)",
    },
    [
        Parameter(
            "k", 1 / 3, unit="1/s", range=(0, 1), symbol="k", meaning="rate", source="Ann 1999"
        )
    ],
    [Input("u", -0.0, range=(-5, 5), meaning="drive")],
    outputs={"total": "x + y", "half": "x/2"},
    diffusion={"y": "0.1*x"},
    box={"y": (-1, 1e300)},
    time_unit="s",
    source='Ann (1999) "On decay", p. 3',
)


@pytest.mark.parametrize(
    "system",
    [
        FULL,
        System("bare", {"x": 0}),
        System(
            "",
            {"lambda_": "E*I"},
            [Parameter("E", source="", unit=""), Parameter("I", 2)],
            time_unit="",
        ),
        client(),
        dyad(client(), therapist()),
        network([client("a"), client("b"), therapist("c")], [("a", "b"), ("b", "c")]),
    ],
    ids=["full", "bare", "empty name", "client", "dyad", "network"],
)
def test_what_is_saved_is_loaded(system: System, tmp_path: Path) -> None:
    save_model(system, tmp_path / "model.toml")
    loaded = load_model(tmp_path / "model.toml")
    assert loaded == system
    assert hash(loaded) == hash(system)
    assert to_toml(loaded) == to_toml(system)


def test_a_file_is_readable_by_people() -> None:
    text = to_toml(FULL)
    assert 'equation = "-k*x**(5/2) + u"' in text
    assert "[parameters.k]" in text
    assert 'source = "Ann 1999"' in text
    assert "range = [" in text


def test_a_file_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "decay.toml"
    path.write_text(
        'format = 1\n[states.x]\nequation = "-k*x"\nvalue = 1\n[parameters.k]\nvalue = 0.5\n'
    )
    assert load_model(str(path)) == System("model", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1})


def test_saving_replaces_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text("old")
    save_model(FULL, path)
    assert load_model(path) == FULL
    assert [each.name for each in tmp_path.iterdir()] == ["model.toml"]


GOOD = 'format = 1\n[states.x]\nequation = "x"\n'
BAD_FILES = [
    ("", "`format` is None; this version reads 1"),
    ("format = 2\n[states.x]\nequation = 'x'", "`format` is 2"),
    ("format = 'a'", "`format` is 'a'"),
    ("format = 1", "`equations` is empty"),
    ("format = 1\nstates = 3", r"states is 3; write it as a table, \[states\]"),
    ("format = 1\nstates = []", r"states is \[\]; write it as a table"),
    ("format = 1\n[states]\nx = 'x'", r"states.x is 'x'; write it as a table, \[states.x\]"),
    ("format = 1\n[states.x]\nvalue = 1", "states.x has no `equation`"),
    ("format = 1\n[states.x]\nequation = 'y'", r"undeclared \['y'\]"),
    ("format = 1\n[states.x]\nequation = 'x +'", "equation of 'x': cannot read the end"),
    ("format = 1\n[states.x]\nequation = ['x']", "equation of 'x': an expression is"),
    ("format = 1\n[states.x]\nequation = true", "equation of 'x': an expression is True"),
    ("format = 1\n[states.x]\nequation = 1979-05-27", "equation of 'x': an expression is"),
    ("format = 1\n[states.x]\nequation = nan", "equation of 'x'"),
    ("format = 1\n[states.x]\nequation = '__import__(\"os\")'", "equation of 'x': cannot read"),
    ("format = 1\n[states.x]\nequation = '9**9**9'", "equation of 'x'.* too large"),
    ("format = 1\n[states.'1x']\nequation = '1'", "`name` of a state is '1x'"),
    (GOOD + "valeu = 1", r"states.x has unknown keys \['valeu'\]; known are"),
    (GOOD + "[extra]\na = 1", r"the file has unknown keys \['extra'\]; known are"),
    (GOOD + "value = 'a'", "`value` of states.x is 'a'; write a number"),
    (GOOD + "value = true", "`value` of states.x is True; write a number"),
    (GOOD + "value = nan", "state 'x' is nan; give one finite number"),
    (GOOD + "value = 1" + "0" * 400, "state 'x' is 1000"),
    (GOOD + "value = 3\nrange = [0, 1]", r"'x' is 3, outside its range \[0, 1\]"),
    (GOOD + "range = 1", r"`range` of states.x is 1; write two numbers"),
    (GOOD + "range = [1, 0]", r"`range` of state 'x' is \[1, 0\]; .*lower one first"),
    (GOOD + "range = [0, 'a']", r"`range` of state 'x' is \[0, 'a'\]"),
    (GOOD + "range = [0]", r"`range` of state 'x' is \[0\]"),
    (GOOD + "unit = 1", "`unit` of states.x is 1; write text"),
    (GOOD + "meaning = ['a']", r"`meaning` of states.x is \['a'\]; write text"),
    (GOOD + "source = 'book'", r"states.x has unknown keys \['source'\]"),
    (GOOD + "[parameters.k]\nvalue = [1]", r"`value` of parameters.k is \[1\]; write a number"),
    (GOOD + "[parameters.k]\nsource = 3", "`source` of parameters.k is 3; write text"),
    (GOOD + "[parameters]\nk = 1", r"parameters.k is 1; write it as a table"),
    (GOOD + "[parameters.x]", r"\['x'\] more than once"),
    (GOOD + "[inputs.u]\nequation = '1'", r"inputs.u has unknown keys \['equation'\]"),
    (GOOD + "[outputs]\no = [1]", "output 'o'"),
    (GOOD + "[outputs]\n'a b' = '1'", r"`outputs` of 'model' names \['a b'\]"),
    (GOOD + "[diffusion]\nz = '1'", r"`diffusion` names \['z'\]"),
    ("name = 3\n" + GOOD, "`name` is 3; write it as text"),
    ("time_unit = ['h']\n" + GOOD, r"`time_unit` is \['h'\]; write it as text"),
    ("source = true\n" + GOOD, "`source` is True; write it as text"),
    (GOOD + GOOD, "this is not TOML"),
    ("format = ", "this is not TOML"),
    ("[[[", "this is not TOML"),
    ("a = " + "[" * 5000 + "]" * 5000, "this is not TOML"),
    ("a = 'x'\x00", "this is not TOML"),
]


@pytest.mark.parametrize(("text", "words"), BAD_FILES, ids=range(len(BAD_FILES)))
def test_an_unfit_file_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=words):
        from_toml(text)
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"^bad.toml: "):
        load_model(path)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(ValueError, match=f"huge.toml has {LARGEST_FILE + 1} bytes; .* at most"):
        load_model(path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bytes.toml"
    path.write_bytes(b"\xff\xfe\x00format = 1")
    with pytest.raises(ValueError, match=r"bytes.toml: .*can't decode"):
        load_model(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no.toml"):
        load_model(tmp_path / "no.toml")
    with pytest.raises(FileNotFoundError, match=r"the folder of .* does not exist; create"):
        save_model(FULL, tmp_path / "no folder" / "model.toml")
