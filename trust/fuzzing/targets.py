"""What is fuzzed: each target makes inputs, reads one, and says which files it exercises."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from trust.fuzzing import commands, expressions, files

__all__ = ["TARGETS", "Target", "scratch"]


@dataclass(frozen=True)
class Target:
    """One kind of input.

    Parameters
    ----------
    name : str
    make : function
        From a random generator to the bytes of one input.
    run : function
        Reads an input: "accepted", or the law that it breaks; errors are judged outside.
    source : tuple of str
        The files of src/mirrorsys whose lines are counted.
    computes : bool
        Whether an accepted input is also computed, in a folder of its own.
    usual : tuple of bytes
        Inputs that are read first, unjudged, so that modules that are imported late are there.
    """

    name: str
    make: Callable[[Random], bytes]
    run: Callable[[bytes], str]
    source: tuple[str, ...]
    computes: bool = False
    usual: tuple[bytes, ...] = ()


@cache
def scratch() -> Path:
    """Return a folder that lasts as long as the process."""
    folder = tempfile.TemporaryDirectory(prefix="mirrorsys-fuzzing-")
    _kept.append(folder)
    return Path(folder.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []


def _parse(data: bytes) -> str:
    """Read an expression; what is accepted is written and read again."""
    from mirrorsys._expressions import parse, to_text

    read = parse(data.decode("utf-8", "surrogatepass"))
    text = to_text(read)
    again = parse(text)
    if again != read:
        return f"text {text[:80]!r} is read as another expression"
    return "accepted" if to_text(again) == text else "the text of an expression does not last"


def _model(data: bytes) -> str:
    """Read a model file; what is accepted is shown, written and read again."""
    from mirrorsys import load_model
    from mirrorsys._model_files import from_toml, to_toml

    path = scratch() / "model.toml"
    with _unheard():
        path.write_bytes(data)
    system = load_model(path)
    repr(system)
    system.latex()
    text = to_toml(system)
    again = from_toml(text)
    if again != system or hash(again) != hash(system):
        return "a model's text is read as another model"
    return "accepted" if to_toml(again) == text else "the text of a model does not last"


def _recording(data: bytes) -> str:
    """Read a recording from CSV; what is accepted is a curve that passes through it."""
    import numpy as np

    from mirrorsys.protocols import recording

    path = scratch() / "recording.csv"
    with _unheard():
        path.write_bytes(data)
    found = recording(path, time="t", value="x")
    repr(found)
    size = max(map(abs, found.values))
    if not np.allclose(found(found.times), found.values, rtol=0, atol=1e-12 * size):
        return "the curve misses its samples"
    return "accepted"


def _result(data: bytes) -> str:
    """Load a netCDF file; a result that can be loaded is looked at."""
    import mirrorsys as ms

    path = scratch() / "result.nc"
    with _unheard():
        path.write_bytes(data)
    repr(ms.load(path))
    return "accepted"


def _attributes(data: bytes) -> str:
    """Compute a run again from attributes of which some are tampered with."""
    import mirrorsys as ms

    changes = json.loads(data)
    result = files.run_of(changes.pop("of", 0)).copy()
    result.attrs = {k: v for k, v in (result.attrs | changes).items() if v is not None}
    ms.rerun(result)
    return "accepted"


def _command(data: bytes) -> str:
    """Call the command line; it ends with an exit code, and in words."""
    from mirrorsys.cli import main

    arguments = [each.replace("{}", str(scratch())) for each in json.loads(data)]
    with _unheard():
        commands.put_files(scratch())
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code: object = main(arguments)
        except SystemExit as leaving:  # as argparse does
            code = leaving.code or 0
    if code not in (0, 1, 2):
        return f"exit code {code!r}"
    if "Traceback" in said.getvalue():
        return "a traceback is shown"
    return "accepted" if code != 2 else _refused(said.getvalue())


def _refused(said: str) -> str:
    return "refused" if "mirrorsys" in said else f"refused without words: {said[:80]!r}"


@contextlib.contextmanager
def _unheard():  # type: ignore[no-untyped-def]
    """Let the harness itself write files."""
    from trust.fuzzing import guard

    watch = guard._watch()
    before, watch.listens = watch.listens, False
    try:
        yield
    finally:
        watch.listens = before


def _text(random: Random) -> bytes:
    return expressions.text(random).encode("utf-8", "surrogatepass")


TARGETS = {
    each.name: each
    for each in (
        Target("parser", _text, _parse, ("_expressions/_parser.py", "_expressions/_sizes.py",
               "_expressions/_text.py", "_expressions/_grammar.py",
               "_expressions/_tokens.py")),
        Target("models", files.model, _model, ("_model_files.py", "_system/_equations.py",
               "_system/_quantities.py")),
        Target("recordings", files.recording, _recording, ("protocols/_recording.py",)),
        Target("results", files.result, _result, ("flow/_results.py", "flow/_checksum.py")),
        Target("foreign", files.foreign, _result, ("flow/_results.py", "flow/_checksum.py")),
        Target("attributes", files.attributes, _attributes, ("flow/_rerun.py",
               "protocols/_protocol.py"), computes=True),
        Target("commands", commands.command, _command, ("cli/_main.py", "cli/_parser.py",
               "cli/_commands.py"), computes=True,
               usual=tuple(json.dumps(each).encode() for each in commands.USUAL)),
    )
}  # fmt: skip
