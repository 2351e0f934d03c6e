"""Four emotions that excite their like and inhibit their opposites."""

from __future__ import annotations

from mirrorsys._system import Parameter, State, System

__all__ = ["bistable_mood"]

SOURCE = (
    "I. A. van de Leemput and others, PNAS 111 (2014) 87; values of J. M. B. Haslbeck, O. Ryan, "
    "Multivar. Behav. Res. 57 (2022) 735"
)
POSITIVE, NEGATIVE = ("cheerful", "content"), ("anxious", "sad")


def bistable_mood() -> System:
    """Return the mood model with two stable states: high and low.

    Returns
    -------
    System
        Intensities of four emotions; unit of time as in the source, which treats the
        model as a toy and adds noise. Here it is deterministic.

    Notes
    -----
    At stress 1 the two pairs are interchangeable: positive mood and its mirror image
    are stable, a state between them is not.
    """
    return System(
        "bistable mood",
        {_emotion(name): _rate(name) for name in (*POSITIVE, *NEGATIVE)},
        [
            Parameter("r", 1.0, range=(0, 5), source=SOURCE, meaning="growth of positive emotions"),
            Parameter("stress", 1.0, range=(0, 5), symbol="s", source=SOURCE,
                      meaning="growth of negative emotions"),
            Parameter("within", 0.04, range=(0, 1), symbol="C_{+}", source=SOURCE,
                      meaning="support by the other emotion of the same kind"),
            Parameter("across", 0.2, range=(0, 1), symbol="C_{-}", source=SOURCE,
                      meaning="inhibition by each emotion of the other kind"),
            Parameter("limit", 0.2, range=(0.01, 1), symbol="C_{0}", source=SOURCE,
                      meaning="inhibition by itself"),
            Parameter("mu", 1.6, range=(0, 10), symbol=r"\mu", source=SOURCE,
                      meaning="constant influx to each emotion"),
        ],
        source=SOURCE,
    )  # fmt: skip


def _emotion(name: str) -> State:
    start = 4.9 if name in POSITIVE else 1.4
    return State(name, start, range=(0, 8), symbol=f"x_\\mathrm{{{name}}}", meaning=f"being {name}")


def _rate(name: str) -> str:
    like, unlike = (POSITIVE, NEGATIVE) if name in POSITIVE else (NEGATIVE, POSITIVE)
    (other,) = set(like) - {name}
    growth = "r" if name in POSITIVE else "stress"
    inhibition = f"limit*{name} + across*({' + '.join(unlike)})"
    return f"{name}*({growth} + within*{other} - ({inhibition})) + mu"
