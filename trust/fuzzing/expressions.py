# ruff: noqa: RUF001 - letters that look like others are what this is about
"""Texts for the parser of equations: grown from its grammar, then damaged."""

from __future__ import annotations

from random import Random

__all__ = ["damaged", "expression", "text"]

NAMES = ("x", "y", "k", "ann.x", "beta", "E", "I", "S", "N", "pi", "oo", "zoo", "nan", "lambda",
         "lambda_", "__import__", "os.system", "x.y.z", "x__class__", "Symbol", "ﬁ", "ℯ",
         "х", "Ⅸ", "x²", "é", "ſ", "𝐱", "true")  # fmt: skip
NUMBERS = ("0", "1", "2", "3", "7", "10", "0.5", ".1", "1.", "1e-3", "1e300", "1e308", "1.8e308",
           "1e-308", "5e-324", "1e-400", "1e999", "9e99999", "9999", "4096", "65537", "1e5",
           "123456789012345678901234567890", "0.333333333333333333", "2.5e-7", "1/3", "٣",
           "1_000", "0x10", "1j", "00", "1e", "1e+")  # fmt: skip
OPERATORS = ("+", "-", "*", "/", "**", " + ", " - ", "*", "<", "<=", ">", ">=")
FUNCTIONS = ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "abs", "sign",
             "min", "max")  # fmt: skip
SHARDS = ("(", ")", "((", "))", ",", "**-", "**-1", "--", "+-", "//", "%", "^", "=", "==", "!",
    "@", "#", "[", "]", "{", "}", ":", ";", "\\", "'", '"', "`", "\n", "\t", "\0", "\r", "\x7f",
    "\ufeff", "\u202e", "\u2028", "\ud800", "’", "−", "×", "∞", " ", "  ", "lambda:0", "exec(",
    "eval('1')", "().__class__", "**9999", "**0.5", "**(1/3)", "e9", "1e308*",
    "exp(exp(")  # fmt: skip


def text(random: Random) -> str:
    """Return a text that is an expression or was one before it was damaged."""
    begun = random.random()
    if begun < 0.01:
        return _extreme(random)
    if begun < 0.10:
        return "".join(
            random.choices(SHARDS + NAMES + NUMBERS + OPERATORS, k=random.randint(0, 12))
        )
    grown = expression(random, random.choice((1, 1, 1, 2, 2, 2, 3, 3, 4, 6)))
    return damaged(random, grown) if random.random() < 0.5 else grown


def expression(random: Random, leaves: int) -> str:
    """Return text of the grammar with about that many numbers and names."""
    if leaves <= 1:
        hostile = random.random() < 0.25
        pool = NAMES + NUMBERS if hostile else ("x", "y", "k", "ann.x", "2", "3", "0.5", "-1", "x")
        return random.choice(pool)
    part = random.randint(1, leaves - 1)
    left, right = expression(random, part), expression(random, leaves - part)
    kind = random.random()
    if kind < 0.45:
        return f"{left}{random.choice(OPERATORS[:4] + OPERATORS[5:8])}{right}"
    if kind < 0.60:
        return f"({left})**({right})" if random.random() < 0.6 else f"{left}**{right}"
    if kind < 0.72:
        return f"({left}){random.choice(OPERATORS[:4])}({right})"
    if kind < 0.90:
        function = random.choice(FUNCTIONS)
        inner = f"{left}, {right}" if function in {"min", "max"} else f"{left}*({right})"
        return f"{function}({inner})"
    if kind < 0.96:
        return f"({left} {random.choice(OPERATORS[8:])} {right})"
    return f"-({left}) - {right}"


def damaged(random: Random, given: str) -> str:
    """Return a text with one to three small damages."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        given = random.choice(DAMAGES)(random, given)
    return given


def _replace(random: Random, given: str) -> str:
    at = random.randrange(len(given) + 1)
    return (
        given[:at]
        + chr(random.choice((random.randrange(128), random.randrange(0x3000))))
        + given[at + 1 :]
    )


def _insert(random: Random, given: str) -> str:
    at = random.randrange(len(given) + 1)
    return given[:at] + random.choice(SHARDS + NUMBERS + NAMES + OPERATORS) + given[at:]


def _delete(random: Random, given: str) -> str:
    a, b = sorted(random.choices(range(len(given) + 1), k=2))
    return given[:a] + given[min(b, a + 3) :]


def _repeat(random: Random, given: str) -> str:
    a, b = sorted(random.choices(range(len(given) + 1), k=2))
    return given[:b] + given[a:b] * random.choice((1, 2, 8)) + given[b:]


def _splice(random: Random, given: str) -> str:
    other = expression(random, 3)
    return given[: random.randrange(len(given) + 1)] + other[random.randrange(len(other)) :]


def _wrap(random: Random, given: str) -> str:
    before, after = random.choice((("exp(", ")"), ("(", ")**9999"), ("1/(", ")"), ("9**(", ")"),
        ("(", ")**(1/3)"), ("-(", ")"), ("log(", ")"), ("abs(", ") < 0"), ("(", ")**x"), ("max(",
        ", 1)")))  # fmt: skip
    return before + given + after


DAMAGES = (_replace, _insert, _delete, _repeat, _splice, _wrap)


def _extreme(random: Random) -> str:
    """Return a long, deep or huge text."""
    n = random.choice((10, 30, 61, 100, 300, 1000, 3000, 7000))
    few = min(n, random.choice((5, 20, 60)))
    inner = expression(random, 2)
    function = random.choice(FUNCTIONS[:11])
    return random.choice((
        "(" * n + inner + ")" * n,
        "-" * n + inner,
        "**".join([random.choice(("9", "x", "2"))] * few),
        f"{function}(" * few + inner + ")" * few,
        "1/(1+" * few + inner + ")" * few,
        f"{inner} + " * min(n, 200) + "1",
        f"({inner})*" * min(n, 100) + "1",
        random.choice("0123456789") * n,
        "1e" + "9" * few,
        "0." + "0" * min(n, 1290) + "1",
        "x" * n,
        "+".join(f"x{i}" for i in range(min(n, 2000))),
        "*".join(f"(x{i}+{i})" for i in range(min(n, 300))),
        "max(" * few + inner + f", {inner})" * few,
        "(" * few + inner + ")**99" * few,
        "(" * few + inner + ")**0.5" * few,
        "(" * few + inner + f" < {inner})" * few,
        "+".join(f"{random.randrange(10**9)}/{random.randrange(1, 10**9)}" for _ in range(few)),
        "+".join(f"x**({random.randint(1, 99)}/{random.randint(1, 99)})" for _ in range(few)),
        " " * min(20 * n, 30_000) + inner,
        inner + "\0" * n,
    ))  # fmt: skip
