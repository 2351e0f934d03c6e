"""The parser under atheris, whose inputs follow the branches they reach.

Run: python -m trust.fuzzing.guided COUNT SEED NOTES FOLDER
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import atheris  # type: ignore[import-not-found]

from trust.fuzzing import expressions
from trust.fuzzing.worker import Notes, examine, input_number, limit_memory, warm_up

with atheris.instrument_imports(include=["mirrorsys._expressions"]):
    import mirrorsys._expressions  # noqa: F401

from trust.fuzzing.targets import TARGETS

LONGEST = 300  # bytes of an input


def main() -> None:
    count, seed, path, folder = sys.argv[1:5]
    target, notes = TARGETS["parser"], Notes(Path(path))
    corpus, words = Path(folder, "corpus"), Path(folder, "words")
    corpus.mkdir(exist_ok=True)
    for number in range(200):
        (corpus / str(number)).write_bytes(input_number(target, -1000 - number)[:LONGEST])
    words.write_text("".join(f'"{each}"\n' for each in _words()), encoding="utf-8")

    def one(data: bytes) -> None:
        text = data.decode("utf-8", "ignore").encode()
        verdict = examine(target, text)
        notes.add(notes.read()[0] + 1, verdict)
        if verdict.outcome in {"failed", "slow"}:
            line = json.dumps({"reason": verdict.reason, "input": text.hex()}) + "\n"
            os.write(1, line.encode())

    limit_memory()
    warm_up(target)
    options = [f"-runs={count}", f"-seed={seed}", f"-max_len={LONGEST}", f"-dict={words}",
        "-timeout=240", "-rss_limit_mb=0", "-print_final_stats=0", "-verbosity=0",
        f"-artifact_prefix={folder}/"]  # fmt: skip
    atheris.Setup(["guided", *options, str(corpus)], one)
    atheris.Fuzz()


def _words() -> list[str]:
    plain = expressions.OPERATORS + expressions.FUNCTIONS + expressions.NUMBERS + expressions.NAMES
    return [each for each in plain if each.isascii() and '"' not in each]


if __name__ == "__main__":
    main()
