"""The laws that hold while an input is read, whatever is in it.

What cannot be read is refused by an error of a documented kind, raised by a line of the library
and with words; reading takes no longer than a second of the processor; and nothing runs: no
code is compiled or executed, no module imported, no process started, no connection opened, no
object unpickled and no file written.
"""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["COMPUTING", "SECONDS", "Verdict", "judge"]

SECONDS = 1.0  # of the processor: the longest that reading an input may take
COMPUTING = 20.0  # the longest that it may take to compute what has been read
REFUSALS = (ValueError, TypeError, OSError)
FORBIDDEN = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty",
             "os.startfile", "os.remove", "os.rename", "os.rmdir", "os.chmod", "os.putenv",
             "os.kill", "pty.spawn", "subprocess.Popen", "socket.", "pickle.find_class",
             "marshal.loads", "ctypes.dlopen", "code.__new__", "urllib.Request", "shutil.",
             "webbrowser.open", "builtins.input", "builtins.breakpoint")  # fmt: skip
LIBRARY = Path(importlib.util.find_spec("mirrorsys").origin or "").parent  # type: ignore[union-attr]
INSTALLED = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), str(LIBRARY), "<frozen",
             str(Path(__file__).parents[2] / "examples"))  # fmt: skip
# Who else makes code of text that is not an input's: modules as they are imported, methods of
# dataclasses, SymPy's products of monomials, Hypothesis looking at the sources of properties.
MAKERS = ("<frozen importlib._bootstrap_external>", "/dataclasses.py", "/collections/__init__.py",
          "/traceback.py", "/sympy/polys/monomials.py", "/plot/_gallery.py",
          *(f"/hypothesis/{each}.py" for each in ("internal/reflection", "internal/constants_ast",
            "internal/lambda_sources", "vendor/pretty")))  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What came of one input: "accepted", "refused", or in which way it failed."""

    outcome: str
    seconds: float
    reason: str = ""


class _Watch:
    """An audit hook; Python cannot remove one, so it is told when to listen."""

    def __init__(self) -> None:
        self.listens, self.computes, self.seen = False, False, list[str]()
        self.folder = ""
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.listens or event in {"object.__getattr__", "builtins.id", "sys._getframe"}:
            return
        self.listens = False  # what the hook itself does is not to be heard
        try:
            if self.is_forbidden(event, arguments):
                self.seen.append(f"{event} {str(arguments)[:120]}")
        finally:
            self.listens = True

    def is_forbidden(self, event: str, arguments: tuple[Any, ...]) -> bool:
        if event == "import":
            top = str(arguments[0]).partition(".")[0]
            return top not in sys.modules and top not in sys.stdlib_module_names
        if event in {"exec", "compile"}:
            return self.is_foreign(event, arguments)
        if event == "open":
            return self.writes(arguments)
        if event == "marshal.loads":  # how Python reads the modules of its own
            return not _called_by(("<frozen importlib._bootstrap_external>",))
        if event == "code.__new__":
            return not _called_by(MAKERS)
        own = event.startswith(("os.", "shutil.")) and str(arguments[0]).startswith(self.folder)
        return event.startswith(FORBIDDEN) and not (self.computes and self.folder and own)

    def is_foreign(self, event: str, arguments: tuple[Any, ...]) -> bool:
        code = arguments[0] if event == "exec" else None
        place = str(arguments[1]) if event == "compile" else getattr(code, "co_filename", "")
        if self.computes and place == "<kernel>":
            return False  # arithmetic, printed by the library from expressions it has read
        if place in {
            "<string>",
            "<unknown>",
        }:  # methods of a dataclass or named tuple, SymPy's products of monomials
            return not _called_by(MAKERS)
        return not place.startswith(INSTALLED)

    def writes(self, arguments: tuple[Any, ...]) -> bool:
        path, mode, flags = (*arguments, None, None, None)[:3]
        if isinstance(path, int):
            return False  # opened before, and judged then
        if isinstance(mode, str):
            writing = bool(set(mode) & set("wax+"))
        else:
            writing = isinstance(flags, int) and bool(
                flags & 0o1103
            )  # write, read and write, create
        return writing and not (self.computes and str(path).startswith(self.folder or "\0"))


_watches: list[_Watch] = []


def _watch() -> _Watch:
    if not _watches:
        _watches.append(_Watch())
    return _watches[0]


def _called_by(files: tuple[str, ...]) -> bool:
    """Tell whether one of these files is among the callers."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename.endswith(files):
            return True
        frame = frame.f_back
    return False


def judge(run: Callable[[bytes], str], data: bytes, *, folder: str = "") -> Verdict:
    """Read one input under the laws.

    Parameters
    ----------
    run : function
        Reads the input, and returns "accepted" or the law of its own that does not hold.
    data : bytes
        The input.
    folder : str
        Where files may be written, and results computed; by default nowhere, and none.
    """
    watch = _watch()
    watch.seen, watch.folder, watch.computes = [], folder, bool(folder)
    begin = time.process_time()
    watch.listens = True
    try:
        outcome = run(data)
    except Exception as error:
        outcome = _of_error(error)
    except (SystemExit, KeyboardInterrupt) as error:
        outcome = f"{type(error).__name__} left the library"
    finally:
        watch.listens = False
    seconds = time.process_time() - begin
    if watch.seen:
        outcome = f"ran something: {watch.seen[0]}"
    most = COMPUTING if folder and outcome == "accepted" else SECONDS
    if seconds > most and outcome in {"accepted", "refused"}:
        return Verdict("slow", seconds, f"{outcome} after {seconds:.2f} s")
    if outcome in {"accepted", "refused"}:
        return Verdict(outcome, seconds)
    return Verdict("failed", seconds, outcome)


def _of_error(error: Exception) -> str:
    """Return "refused" for an error with words by the library, else what is wrong with it."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
    if not isinstance(error, REFUSALS) and type(error).__name__ != "IntegrationError":
        return f"{where}: {str(error)[:100]}"
    if len(str(error)) < 10:
        return f"{where} says nothing: {error}"
    own = Path(place.filename).is_relative_to(LIBRARY)
    if not own and not isinstance(error, OSError):
        return f"{where} is none of the library's: {str(error)[:100]}"
    return "refused"
