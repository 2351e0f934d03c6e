"""What results rest on does not change unnoticed: values and ranges of every model in the box.

Most ranges, and the states at the start, are our own choice, so no law or published number tells
when one was changed by mistake. A wanted change is made here as well:
``python tests/regression/test_quantities.py`` writes the table anew, and the difference is read.
"""

import csv
import io
import typing
from pathlib import Path

import mirrorsys as ms

TABLE = Path(__file__).with_name("quantities.csv")
KINDS = ("states", "parameters", "inputs")


def systems():
    """Every role and published model in each setting; a dyad, where names are those of persons."""
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    roles = [make() for make in ms.models.ROLES.values()]
    published = [each for make in ms.models.zoo.ALL for each in in_all_settings(make)]
    return [*roles, dyad, *published]


def in_all_settings(make):
    settings = typing.get_args(typing.get_type_hints(make).get("setting"))
    return [make(setting) for setting in settings] or [make()]


def table() -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["system", "kind", "name", "value", "low", "high", "unit", "symbol"])
    for system in systems():
        for kind in KINDS:
            for each in getattr(system, kind):
                rows.writerow([system.name, kind, each.name, repr(each.value),
                               *map(repr, each.range), each.unit, each.symbol])  # fmt: skip
    return text.getvalue()


def test_quantities_are_those_of_the_table():
    kept, now = TABLE.read_text(encoding="utf-8").splitlines(), table().splitlines()
    assert set(now) - set(kept) == set(), "changed or new"
    assert set(kept) - set(now) == set(), "gone"
    assert now == kept  # and in the same order, which is that of arrays


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8", newline="\n")
