"""Files and arguments for the readers: valid ones, then damaged."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from trust.fuzzing.expressions import NAMES, NUMBERS, SHARDS, damaged, expression, text

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["attributes", "foreign", "model", "netcdf", "recording", "result", "run_of"]

EQUATION_NAMES = ("x", "y", "k", "ann.x")
HOSTILE = (0, -1, 1, 0.5, 1e308, -1e308, 5e-324, 2**63, 10**400, float("inf"), float("-inf"),
    float("nan"), True, None, "", "x", "0", "[]", "{}", "null", "nan", "NaN", "Infinity", "1e999",
    "\0", "é" * 50, "9" * 500, "[" * 2000, "{\"a\":" * 500, "__import__('os')", [], [[]], {}, [1,
    2], {"x": 1})  # fmt: skip


def model(random: Random) -> bytes:
    """Return a model file, whole or damaged."""
    if random.random() < 0.02:
        return _extreme_model(random)
    names = random.sample(EQUATION_NAMES, 4 if random.random() < 0.95 else 3)
    n_states = random.randint(1, 3)
    lines = ["format = 1", f"name = {_toml(random, 'decay')}"]
    lines += [
        f"{key} = {_toml(random, 'h')}" for key in ("time_unit", "source") if random.random() < 0.3
    ]
    for index, name in enumerate(names):
        kind = "states" if index < n_states else random.choice(("parameters", "inputs"))
        quoted = f'"{name}"' if "." in name or random.random() < 0.1 else name
        lines.append(f"[{kind}.{quoted}]")
        if kind == "states" and random.random() < 0.97:
            lines.append(f"equation = {_equation(random)}")
        for key, usual in (("value", "0.5"), ("range", "[0.0, 1.0]"), ("unit", '"1/h"'),
                           ("symbol", r'"\\tau"'),
                           ("meaning", '"a"'), ("source", '"b"'), ("colour", "1")):  # fmt: skip
            if random.random() < (0.02 if key in {"colour", "source"} else 0.3):
                lines.append(f"{key} = {usual if random.random() < 0.95 else _toml(random, 'z')}")
    for table in ("outputs", "diffusion"):
        if random.random() < 0.25:
            lines += [f"[{table}]", f"{random.choice(('q', names[0]))} = {_equation(random)}"]
    whole = "\n".join(lines)
    made = damaged(random, whole) if random.random() < 0.15 else whole
    return _flipped(random, made.encode("utf-8", "surrogatepass"), 0.1)


def _equation(random: Random) -> str:
    if random.random() < 0.05:
        return json.dumps(text(random))
    grown = expression(random, random.randint(1, 5))
    return json.dumps(grown)


def _toml(random: Random, usual: str) -> str:
    if random.random() < 0.9:
        return json.dumps(usual)
    return random.choice(('""', "1", "-1e308", "1e999", "inf", "-inf", "nan", "true", "[]",
        "[1, 2]", "[nan, 1]", "[2.0, 1.0]", "[0, inf]", "[-inf, inf]", "[inf, inf]", "[[]]", "{}",
        "{a = 1}", "1979-05-27", "07:32:00", "0x10", "1" + "0" * 400, '"""a\nb"""', r'"\u0000"',
        r'"\\frac{"', '"%$#{"', '"' + "é" * 300 + '"', "[" * 300 + "]" * 300,
        json.dumps(random.choice(NAMES + SHARDS[:40])).replace("\\ud800", "?"), ))  # fmt: skip


def _extreme_model(random: Random) -> bytes:
    n = random.choice((10, 100, 400, 3000))
    head = "format = 1\n"
    return random.choice((head + "a = " + "[" * n + "]" * n, head + "a" + ".a" * n + " = 1",
        head + "[" + ".".join("a" * 1 for _ in range(n)) + "]",
        head + "".join(f"[states.x{i}]\nequation = '-x{i}'\n" for i in range(min(n, 150))),
        head + "[states.x]\nequation = '" + "+".join(["x"] * n) + "'",
        head + "[states.x]\nequation = '''" + "\n+".join(["x"] * n) + "'''",
        head + f"[states.{'x' * n}]\nequation = '1'",
        head + "[states.x]\nequation = '0'\nvalue = " + "9" * n,
        head + "[states.x]\nequation = '0'\nvalue = 0x" + "f" * n,
        head + f"name = '{'n' * n}'\n[states.x]\nequation = '0'",
        head + "[states.x]\nequation = '0'\n" + "".join(f"[parameters.p{i}]\n" for i in range(min(n,
        500))), "\0" * n, head + "#" + "z" * n, )).encode()  # fmt: skip


def _flipped(random: Random, data: bytes, chance: float) -> bytes:
    """Return `data`, at times with some bytes changed, cut or doubled."""
    if random.random() >= chance or not data:
        return data
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        at = random.randrange(len(changed) or 1)
        kind = random.random()
        if kind < 0.5 and changed:
            changed[at] = random.choice(
                (0, 255, random.randrange(256), changed[at] ^ (1 << random.randrange(8)))
            )
        elif kind < 0.7:
            del changed[at : at + random.choice((1, 2, 8, 64, 4096))]
        elif kind < 0.9:
            changed[at:at] = random.choice(
                (b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x80", b"\n", bytes(8), b"\xff" * 8)
            )
        else:
            changed[at:at] = changed[at : at + 64]
    return bytes(changed)


def recording(random: Random) -> bytes:
    """Return a CSV file with columns t and x, whole or damaged."""
    if random.random() < 0.02:
        n = random.choice((100, 10_000, 100_000))
        return random.choice((b"t,x\n" + b"1," * n, b"," * n + b"\n1", b"t,x\n" + b"\"" * n,
            b"t,x\n" + b"\n" * n, b"\0" * n, b"t,x\n" + b"9" * n + b",1\n",
            b"t,x\n1,2\n2," + b"1e" + b"9" * n, b"t," * n + b"x\n1,2\n",
            b"t,x\n" + b"".join(b"%d,%d\n" % (i, i % 7) for i in range(n // 10)), ))  # fmt: skip
    cells = (*NUMBERS, "", "", "nan", "inf", "-inf", "NA", "text", "2020-01-01", "True", '"a,b"',
        "1e400", "-0", "1 ", " 1", "1;2", "None", "0x1F", "1+1j", "9" * 400)  # fmt: skip
    separator = random.choice((",", ",", ",", ",", ",", ",", ",", ";", "\t"))
    heads = ("t,x", "t,x", "t,x", "t,x", "x,t", "t,x,t", "a,t,x", "t", " t,x", "T,X", "", "t,x,")
    rows = [random.choice(heads)]
    time, worst = 0.0, random.random() < 0.4
    for _ in range(random.choice((0, 1, 2, 3, 5, 20))):
        time += random.choice((1, 1, 1, 0.5, 10, 1e-3, 1e6, 0, -1) if worst else (1, 0.5, 2))
        cell = (
            random.choice(cells)
            if worst and random.random() < 0.2
            else f"{random.uniform(-5, 5):.3f}"
        )
        when = random.choice(cells) if worst and random.random() < 0.1 else repr(time)
        rows.append(f"{when}{separator}{cell}")
    made = random.choice(("\n", "\n", "\r\n", "\r")).join(rows).encode()
    return _flipped(random, made, 0.3)


@cache
def _runs() -> tuple[xr.Dataset, ...]:
    """Return some results: of one person, a pair with protocol and events, with noise, ..."""
    import mirrorsys as ms

    pair = ms.models.dyad(ms.models.client(), ms.models.therapist())
    day = ms.Protocol([ms.Phase(1, {"contact": 1}), ms.Phase(1, reset={"client.fatigue": 0.1})])
    level = {"level": ms.Event("client.threat", 0.3)}
    decay = ms.System("decay", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1.0})
    noisy = decay.replace(diffusion={"x": "0.1*x"})
    drive = ms.System("drive", {"x": "u - x"}, inputs={"u": 0})
    record = ms.protocols.Recording((0.0, 1.0, 2.0), (0.0, 1.0, 0.5))
    return (
        ms.simulate(ms.models.person(), duration=1.0, times=[0.0, 0.5, 1.0]),
        ms.simulate(pair, protocol=day, events=level, times=[0.0, 1.0, 2.0]),
        ms.simulate(noisy, duration=1.0, noise=ms.Noise(0.25), seed=3),
        ms.simulate(decay, duration=1.0, method="DOP853"),
        ms.simulate(drive, protocol=ms.Protocol(ms.Phase(2, {"u": record}))),
    )


def run_of(number: Any) -> xr.Dataset:
    """Return one of the results, by its number."""
    return _runs()[int(number) % 5]


@cache
def netcdf(number: int) -> bytes:
    """Return the file that is saved of one of the results."""
    import mirrorsys as ms

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.nc"
        ms.save(run_of(number), path)
        return path.read_bytes()


@cache
def _used(data: bytes) -> tuple[int, ...]:
    """Return the places of a file, in steps of eight bytes, that hold something."""
    return tuple(at for at in range(0, len(data), 8) if any(data[at : at + 8]))


def result(random: Random) -> bytes:
    """Return a file as the library saves it, damaged."""
    return _damaged_file(random, netcdf(random.randrange(5)))


def foreign(random: Random) -> bytes:
    """Return a file as others write it, without a checksum, damaged."""
    from mirrorsys.flow._checksum import MARK

    data = netcdf(random.randrange(5))
    return _damaged_file(random, data[: data.rindex(MARK)])


def _damaged_file(random: Random, data: bytes) -> bytes:
    """Return a file with some bytes changed, most of them where it holds something."""
    if random.random() < 0.02:
        return random.choice((b"", data[:8], data[: random.randrange(len(data))], data[1:],
                              b"CDF\x01" + bytes(100), data + data, data[:-1]))  # fmt: skip
    changed, used = bytearray(data), _used(data)
    for _ in range(random.choice((1, 1, 2, 3, 8, 40))):
        somewhere = random.randrange(len(data) - 8)
        at = (random.choice(used) if random.random() < 0.8 else somewhere) + random.randrange(8)
        if at < len(changed):
            changed[at] ^= random.choice((255, 1 << random.randrange(8), random.randrange(1, 256)))
    return _flipped(random, bytes(changed), 0.1)


def attributes(random: Random) -> bytes:
    """Return changes to the attributes of a result: null is an attribute taken away."""
    of = random.randrange(5)
    kept = run_of(of).attrs
    changes: dict[str, Any] = {"of": of}
    for key in random.sample(sorted(kept), random.choice((0, 1, 1, 1, 2, 3))):
        changes[key] = _tampered(random, kept[key])
    return json.dumps(changes).encode()


def _tampered(random: Random, value: Any) -> Any:
    if random.random() < 0.3:
        return random.choice(HOSTILE)
    if not isinstance(value, str) or not value:
        return random.choice((value, str(value), [value], 2 * value if value else 1, -1))
    if value[0] in "{[" and random.random() < 0.7:
        return json.dumps(_inside(random, json.loads(value)))
    return damaged(random, value)


def _inside(random: Random, value: Any) -> Any:
    """Return a JSON value with one place in it changed."""
    if random.random() < 0.25 or not isinstance(value, dict | list) or not value:
        return random.choice(HOSTILE)
    if isinstance(value, list):
        at = random.randrange(len(value))
        return random.choice(
            (value[:at], value * 2, [*value[:at], _inside(random, value[at]), *value[at + 1 :]])
        )
    key = random.choice(sorted(value))
    rest = {k: v for k, v in value.items() if k != key}
    return random.choice((rest, {**rest, key: _inside(random, value[key])}, {**value,
        key: _inside(random, value[key])}, {**rest, random.choice(("x", "__class__", "",
        key + "_")): value[key]}))  # fmt: skip
