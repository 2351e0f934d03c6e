"""The section on accuracy, from what was measured."""

from __future__ import annotations

from typing import Any

from trust.page import rows

__all__ = ["glance", "section"]


def glance(found: dict[str, Any]) -> list[list[object]]:
    """Return a line for each engine and method: quantiles of error / (tolerance x growth)."""
    return [
        [f"{row['engine']}, {row['method']}, `rtol` {row['rtol']:.0e}", row["n"],
         f"error / (tolerance x growth): median {row['median']:.2g}, 90 % {row['q90']:.2g}, "
         f"99 % {row['q99']:.2g}; within 100 in {100 * row['within']:.4g} %"]
        for row in found["rows"] if row["rtol"] == found["usual"]
    ]  # fmt: skip


def section(found: dict[str, Any]) -> str:
    """Return the section in Markdown."""
    return "\n\n".join([_how(found), _engines(found), _slopes(found), _estimates(found),
                        _courses(found["courses"])])  # fmt: skip


def _how(found: dict[str, Any]) -> str:
    growth, minutes = found["growth"], found["minutes"]
    return (
        f"{found['n_cases']} random persons and dyads (half with parameters within a factor of two "
        "of a role's, half anywhere in their ranges; three phases, some with resets; inputs at "
        f"rest, at levels or, in half of the cases, recorded), up to {minutes['largest']:g} "
        "minutes. The reference is a Taylor integrator of 28 digits, of its own code: whole "
        "numbers, recurrences read off the symbols. Errors are counted in units of tolerance x "
        "growth: tolerance is `atol` + `rtol` x the largest state so far, `atol` being a hundredth "
        "of `rtol`; growth at time t is the largest maximum norm of the propagator from any "
        f"earlier time to t (median over cases {growth['median']:.2g}, largest "
        f"{growth['largest']:.3g}). What counts is the largest error of any state at any half "
        "minute, between steps or not. The bound is 100 for 99 % of the cases."
    )


def _engines(found: dict[str, Any]) -> str:
    head = ["engine", "method", "`rtol`", "cases", "median", "90 %", "99 %", "largest",
            "within 100", "largest at ends of phases", "each state by itself, largest"]  # fmt: skip
    body = [
        [row["engine"], row["method"], f"{row['rtol']:.0e}", row["n"]]
        + [f"{row[key]:.2g}" for key in ("median", "q90", "q99", "largest")]
        + [f"{100 * row['within']:.4g} %", f"{row['largest_at_ends']:.2g}",
           f"{row['strictly_largest']:.2g}"]
        for row in found["rows"]
    ]  # fmt: skip
    misses = [row for row in found["rows"] if row["within"] < 0.99]
    verdict = (
        "Every line holds the bound." if not misses else "These do not hold the bound: "
        + ", ".join(f"{row['method']} at {row['rtol']:.0e}" for row in misses) + "."
    )  # fmt: skip
    taylor = [row for row in found["rows"] if row["engine"] == "taylor"]
    other = (
        f" heyoka, which integrates to rounding whatever the tolerance, is at most "
        f"{taylor[0]['absolute']:.1g} from the reference: two independent ways to the same "
        "numbers."
        if taylor else " heyoka was not installed."
    )  # fmt: skip
    ensemble = (
        " Ensembles are compared at ends of phases and over their first five minutes; Rodas5P and "
        "heyoka know no recordings. In the last column each state is held against its own "
        "tolerance, in errors and growth alike."
    )
    return rows(head, body) + "\n\n" + verdict + other + ensemble


def _slopes(found: dict[str, Any]) -> str:
    lines = ", ".join(
        f"{each['engine']} {each['method']} {each['median']:.2f} ({each['q10']:.2f} to "
        f"{each['q90']:.2f})" for each in found["slopes"]
    )  # fmt: skip
    return (
        "Is an error proportional to the tolerance? The power of the tolerance by which it falls "
        f"from 1e-4 to 1e-10, median over {found['n_fewer']} cases (10 to 90 %); 1 is "
        f"proportional: {lines}."
    )


def _estimates(found: dict[str, Any]) -> str:
    head = ["cases", "engine", "runs", "off by more than 100 x tolerance", "of these say so",
            "say so without cause", "largest error / tolerance", "estimate / error"]  # fmt: skip
    body = [
        [each["kind"], each["engine"], each["n"], each["n_large"], each["n_said"], each["n_false"],
         f"{each['largest']:.2g}", f"{each['lowest_ratio']:.2f} to {each['highest_ratio']:.2f}"]
        for each in found["estimates"]
    ]  # fmt: skip
    beyond = sum(each["n_beyond_growth"] for each in found["estimates"])
    beyond_said = sum(each["n_beyond_said"] for each in found["estimates"])
    return (
        "**A run that cannot hold it says so.** `simulate(..., error_estimate=True)` integrates "
        "once more with a hundredth of the tolerances, keeps the difference beside each state, and "
        "warns where it is larger than 100 x the state's tolerance; without it the attribute "
        "`accuracy` says that nothing was estimated. Held against the true errors, also on clients "
        "placed 1e-3 to 1e-9 from the boundary between calm and chronic threat and on ten hours of "
        f"outbursts (`rtol` {found['usual']:.0e}):\n\n{rows(head, body)}\n\n"
        f"Of these runs {beyond} are off by more than 100 x tolerance x growth; {beyond_said} of "
        "them say so."
    )


def _courses(found: dict[str, Any]) -> str:
    head = ["engine", "method", "median", "90 %", "largest"]
    body = [
        [each["engine"], each["method"]]
        + [f"{each[key]:.1e}" for key in ("median", "q90", "largest")]
        for each in found["engines"]
    ]
    name = {"heyoka": "heyoka", "compiled": "the compiled engine at 1e-13"}[found["reference"]]
    return (
        f"**Long courses** are judged by the pathways. {found['n_dyads']} dyads with all "
        f"parameters drawn within a factor of 1.25, {found['n_weeks']} weekly sessions, tolerances "
        "as by default: the largest error of either pathway at the end of any week, as quantiles "
        f"over dyads. Reference: {name}, at most {found['confirmed']:.1g} off that of 28 digits "
        f"in the first hour.\n\n{rows(head, body)}"
    )
