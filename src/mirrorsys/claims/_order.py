"""The order of events when one person answers another's distress (S4 and S7).

Five events: the sufferer's threat rises, the helper's threat rises with it, the
helper's soothing answers it, the sufferer's soothing rises, the sufferer's threat falls.
Each is the first crossing of half its excursion: from where the quantity stood to its
highest value, and for the fall from the highest value to the lowest one after it.
Between two events lies one coupling; with that cut the later event must not come: the
quantity does not get as far as it did with the coupling.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import xarray as xr

from mirrorsys.claims._measures import (
    Curve,
    curve,
    first_fall,
    first_rise,
    highest,
    lowest,
    window,
)
from mirrorsys.claims._registry import Claim, Control
from mirrorsys.claims._scenarios import ParameterSet

__all__ = ["Pair", "event_times", "half_excursions", "order_claims"]

# Smaller excursions are not counted as events (assumed; the smallest one of the
# reference model, the soothing of the one who suffers, is twice as large).
SMALLEST_EXCURSION = 0.05

Own = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Who suffers, who helps, and how their meeting is run.

    `meeting` takes the parameter set and what sufferer and helper have otherwise; it returns
    the run and the window of time in which events count.
    """

    sufferer: str
    helper: str
    meeting: Callable[[ParameterSet, Own, Own], tuple[xr.Dataset, float, float]]


@dataclass(frozen=True, kw_only=True)
class Link:
    """From one event to the next: the coupling between them and whose parameter it is."""

    statement: str
    events: str
    cut: str
    sufferer: tuple[tuple[str, float], ...] = ()
    helper: tuple[tuple[str, float], ...] = ()


LINKS = (
    Link(
        statement="First the {helper} takes on the suffering: red rises in the {helper} after it "
        "rises in the {sufferer}.",
        events="from the {sufferer}'s threat to the {helper}'s threat",
        cut="{helper} without mirroring of threat",
        helper=(("mu", 0.0),),
    ),
    Link(
        statement="Then the {helper} meets that suffering with tenderness: green rises in the "
        "{helper} after the {helper}'s own red.",
        events="from the {helper}'s threat to the {helper}'s soothing",
        cut="{helper} whose threat recruits no soothing",
        helper=(("kappa", 0.0),),
    ),
    Link(
        statement="Then it reaches the other: green rises in the {sufferer} after it rises in the "
        "{helper}.",
        events="from the {helper}'s soothing to the {sufferer}'s soothing",
        cut="{sufferer} without mirroring of soothing",
        sufferer=(("nu", 0.0),),
    ),
    Link(
        statement="Last comes relief: red falls in the {sufferer} after green has risen there.",
        events="from the {sufferer}'s soothing to the {sufferer}'s threat having fallen",
        cut="{sufferer} whose soothing does not inhibit threat",
        sufferer=(("beta", 0.0),),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Level:
    """Where half of an excursion lies, and the size of the whole."""

    quantity: str
    person: str
    height: float
    size: float
    is_fall: bool = False


def half_excursions(
    run: xr.Dataset, sufferer: str, helper: str, begin: float, end: float
) -> tuple[Level, ...]:
    """Return the level of each of the five events, as this run defines them."""

    def rise(quantity: str, person: str) -> Level:
        part = window(curve(run, quantity, person), begin, end)
        start, top = float(part.values[0]), highest(part)
        return Level(quantity=quantity, person=person, height=(start + top) / 2, size=top - start)

    threat = window(curve(run, "threat", sufferer), begin, end)
    top = int(threat.values.argmax())
    peak, trough = highest(threat), lowest(Curve(threat.times[top:], threat.values[top:]))
    fall = Level(
        quantity="threat",
        person=sufferer,
        height=(peak + trough) / 2,
        size=peak - trough,
        is_fall=True,
    )
    return (
        rise("threat", sufferer),
        rise("threat", helper),
        rise("soothing", helper),
        rise("soothing", sufferer),
        fall,
    )


def event_times(
    run: xr.Dataset, levels: tuple[Level, ...], begin: float, end: float
) -> tuple[float, ...]:
    """Return when each event happens, in minutes after `begin`; NaN for one that does not.

    `levels` may come from another run: that asks how far this run gets.
    """

    def time(level: Level) -> float:
        if level.size < SMALLEST_EXCURSION:
            return math.nan
        part = window(curve(run, level.quantity, level.person), begin, end)
        return (first_fall if level.is_fall else first_rise)(part, level.height) - begin

    return tuple(time(level) for level in levels)


def order_claims(system: str, pair: Pair) -> tuple[Claim, ...]:
    """Return one claim for each link of the chain of events between two persons."""
    return tuple(_claim(system, pair, index, link) for index, link in enumerate(LINKS))


def _claim(system: str, pair: Pair, index: int, link: Link) -> Claim:
    names = {"sufferer": pair.sufferer, "helper": pair.helper}

    def minutes(parameters: ParameterSet, sufferer: Own, helper: Own) -> float:
        intact, *span = pair.meeting(parameters, {}, {})
        levels = half_excursions(intact, pair.sufferer, pair.helper, *span)
        run, *own_span = pair.meeting(parameters, sufferer, helper)
        times = event_times(run, levels, *own_span)
        return times[index + 1] - times[index]

    def note(parameters: ParameterSet) -> str:
        intact, *span = pair.meeting(parameters, {}, {})
        levels = half_excursions(intact, pair.sufferer, pair.helper, *span)
        times = event_times(intact, levels, *span)
        return (
            f"Half of the excursion is reached at minute {times[index]:.2f} and then at minute "
            f"{times[index + 1]:.2f}."
        )

    return Claim(
        system=system,
        statement=link.statement.format(**names),
        quantity=f"minutes {link.events.format(**names)}, first crossings of half the excursion",
        measure=lambda parameters: minutes(parameters, {}, {}),
        direction="more than",
        bound=0.0,
        controls=(
            Control(
                name=link.cut.format(**names),
                measure=lambda parameters: minutes(
                    parameters, dict(link.sufferer), dict(link.helper)
                ),
            ),
        ),
        note=note,
    )
