"""What was measured, in tables."""

from __future__ import annotations

from typing import Any

from trust.page import rows

__all__ = ["glance", "section"]

GROUPS = {
    "zoo": "published models",
    "random": "random systems",
    "random, equilibria known": "random systems, equilibria known",
}


def glance(found: dict[str, Any]) -> list[list[object]]:
    """Return a line for each property: systems for which it holds / asked."""
    groups = found["groups"]
    names = dict.fromkeys(name for tallies in groups.values() for name in tallies)
    lines = [_glance_of(name, groups) for name in names]
    n_found, n = (sum(each[key] for each in found["faults"].values())
                  for key in ("found", "searches"))  # fmt: skip
    return [*lines, ["faults planted on purpose", n, f"{n_found} found"]]


def _glance_of(name: str, groups: dict[str, Any]) -> list[object]:
    kinds = {"ours": ["ours"], "published": ["zoo"], "random": [*groups.keys() - {"ours", "zoo"}]}
    said, cases = [], 0
    for kind, members in kinds.items():
        tallies = [groups[group][name] for group in members if name in groups[group]]
        if not tallies:
            continue
        holds, asked, silent, more = (
            sum(each[key] for each in tallies) for key in ("holds", "systems", "undecided", "cases")
        )
        fails, cases = sum(len(each["fails"]) for each in tallies), cases + more
        but = [f"**{fails} fail**"] * bool(fails) + [f"{silent} undecided"] * bool(silent)
        said.append(f"{kind} {holds}/{asked}" + (f" ({', '.join(but)})" if but else ""))
    return [f"`{name}`", cases, "holds for " + ", ".join(said)]


def section(found: dict[str, Any]) -> str:
    """Return the section of the page, in Markdown."""
    groups = {GROUPS.get(name, name): each for name, each in found["groups"].items()}
    parts = [
        _sizes(groups) + _taken_over(found["taken_over"]), _matrix(groups),
        "What fails, each with its counterexample made small:",
        _failures(groups), "Cases that said nothing:", _silent(groups),
        "### Laws known in closed form", _laws(found["laws"]),
        "### Faults planted on purpose", _faults(found["faults"]),
        "### Is recovery monotone in mirroring (S12)?", _mirroring(found["mirroring"]),
    ]  # fmt: skip
    return "\n\n".join(parts)


def _sizes(groups: dict[str, Any]) -> str:
    systems = {name: max(each["systems"] for each in tallies.values())
               for name, tallies in groups.items()}  # fmt: skip
    cases = sum(tally["cases"] for tallies in groups.values() for tally in tallies.values())
    return (
        f"{cases} cases of properties that any system can be asked, over "
        + ", ".join(f"{n} {name}" for name, n in systems.items())
        + ". In each cell: systems for which the property holds / asked, and the cases that "
        "decided it; systems of which no case said anything are undecided, and counted as asked."
    )


def _taken_over(n: int) -> str:
    """Say of a measurement that went on where another was cut short that it did."""
    if not n:
        return ""
    return (
        f" {n} outcomes were taken over from a measurement that was cut short; the minutes above "
        "do not count them."
    )


def _matrix(groups: dict[str, Any]) -> str:
    names = list(dict.fromkeys(name for tallies in groups.values() for name in tallies))
    return rows(["property", *groups], [[f"`{name}`", *(_cell(each.get(name)) for each in
                                        groups.values())] for name in names])  # fmt: skip


def _cell(tally: dict[str, Any] | None) -> str:
    if tally is None:
        return "–"
    extra = [f"**{len(tally['fails'])} fail**"] if tally["fails"] else []
    extra += [f"{tally['undecided']} undecided"] if tally["undecided"] else []
    extra += [f"{tally['proven']} proven"] if tally["proven"] else []
    return "; ".join([f"{tally['holds']}/{tally['systems']}, {tally['cases']} cases", *extra])


def _failures(groups: dict[str, Any]) -> str:
    lines = [
        [group, f"`{name}`", each["system"], each["why"], each["params"].removeprefix("params: ")]
        for group, tallies in groups.items()
        for name, tally in tallies.items()
        for each in tally["fails"]
    ]
    if not lines:
        return "Nothing."
    boxes = sum(line[1] == "`box_invariant`" and line[0] == "published models" for line in lines)
    note = (
        f"The box of {boxes} published models is a region to explore, which their trajectories "
        'leave: test them with `skip=["box_invariant"]`. Where trajectories grow without bound, '
        "that is what the published equations do at values inside the ranges we gave them. A "
        "model that does not follow units of time has a time constant of one unit unwritten in it."
    )
    if any(line[1] == "`step_independence`" for line in lines):
        note += (
            " With noise, a drift out of the range presses the state against its end, where it "
            "stays in a layer of width amplitude² / (2 x drift): a step must be shorter than that "
            "layer takes to cross, or mean and spread depend on it."
        )
    return f"{note}\n\n{rows(['systems', 'property', 'system', 'what', 'parameters'], lines)}"


def _silent(groups: dict[str, Any]) -> str:
    reasons: dict[str, dict[str, int]] = {}
    for tallies in groups.values():
        for name, tally in tallies.items():
            for reason, n in tally["inconclusive"].items():
                reasons.setdefault(reason, {}).setdefault(name, 0)
                reasons[reason][name] += n
    lines = [[reason, sum(each.values()), ", ".join(f"`{name}`" for name in each)]
             for reason, each in reasons.items()]  # fmt: skip
    lines.sort(key=lambda line: -int(str(line[1])))
    return rows(["reason", "cases", "properties"], lines)


def _laws(laws: dict[str, Any]) -> str:
    return rows(["property", "law", "systems", "hold", "cases"], [
        [f"`{name}`", "; ".join(each["laws"]), each["systems"], each["holds"], each["cases"]]
        for name, each in laws.items()])  # fmt: skip


def _faults(faults: dict[str, Any]) -> str:
    return rows(
        ["property", "fault", "found in", "cases, at most", "parameters off their defaults"],
        [[f"`{name}`", each["fault"], f"{each['found']} of {each['searches']} searches",
          each["cases"], each["changed"]]
         for name, each in faults.items()])  # fmt: skip


def _mirroring(found: list[dict[str, Any]]) -> str:
    courses = {(row["whose"], row["population"]): row["courses"] for row in found}
    largest = max(
        (
            abs(a - b)
            for row in found
            if row["worst_again"]
            for a, b in zip(row["worst"], row["worst_again"], strict=True)
        ),
        default=0.0,
    )
    words = (
        f"Courses of twenty weekly sessions, {sum(courses.values())} of them, each couple with its "
        "mirroring turned up from 0 to 10. Counted are couples in which an outcome goes the wrong "
        "way (pathways and the helper's threat in sessions are to rise, threat alone is to fall) "
        "by more than 0.001, in brackets by more than 0.01, of those judged; after the semicolon "
        "from a mirroring of 0.3 on. Couples whose courses differ between two tolerances are too "
        "sensitive to be judged. The worst of each row was run again by SciPy's LSODA: the two "
        f"differ by at most {largest:.1g}. With values drawn from anywhere in the box hardly "
        "anybody learns, so that little can go either way: that population says least."
    )
    falls = rows(["whose mirroring", "outcome", "couple", "from", "to"], _worst(found))
    return f"{words}\n\n{_counts(found)}\n\nThe largest of them:\n\n{falls}"


def _counts(found: list[dict[str, Any]]) -> str:
    """Return how many couples go the wrong way, one line for each population."""
    lines: dict[tuple[str, str], dict[str, str]] = {}
    for row in found:
        cell = f"{row['seen']} ({row['plain']}) of {row['couples']}"
        cell += f"; {row['felt_seen']} ({row['felt_plain']})" if row["seen"] else ""
        lines.setdefault((row["whose"], row["population"]), {})[row["outcome"]] = cell
    outcomes = list(next(iter(lines.values())))
    body = [[*who, *(cells[name] for name in outcomes)] for who, cells in lines.items()]
    return rows(["whose mirroring", "couples", *outcomes], body)


def _worst(found: list[dict[str, Any]]) -> list[list[object]]:
    """Return for whose mirroring and which outcome the largest step in the wrong direction."""
    worst: dict[tuple[str, str], dict[str, Any]] = {}
    for row in found:
        key = (row["whose"], row["outcome"])
        if row["worst_again"] and (key not in worst or _size(row) > _size(worst[key])):
            worst[key] = row
    return [[*key, row["population"], *(f"{value:.3f} at {mu:g}" for value, mu in
             zip(row["worst"], row["mirroring"], strict=True))]
            for key, row in worst.items()]  # fmt: skip


def _size(row: dict[str, Any]) -> float:
    return float(abs(row["worst"][0] - row["worst"][1]))
