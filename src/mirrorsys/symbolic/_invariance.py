"""Whether a box is forward invariant: no trajectory that starts inside ever leaves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from mirrorsys._expressions import symbol
from mirrorsys._system import System, check_system
from mirrorsys._values import parameter_and_input_values
from mirrorsys.symbolic._intervals import Interval
from mirrorsys.symbolic._nonnegative import Verdict, nonnegative
from mirrorsys.symbolic._polynomials import exact, numbers
from mirrorsys.symbolic._smoothness import presuppositions

__all__ = ["Counterexample", "Face", "Invariance", "exact_ranges", "invariant_box"]


@dataclass(frozen=True)
class Counterexample:
    """A point of a face at which the system points out of the box.

    Attributes
    ----------
    values : tuple of (str, Fraction)
        Exact values of the states, parameters and inputs that occur in the equation; the
        others do not matter.
    rate : Fraction or float
        The rate of change of the face's state there: exact, or enclosed by numbers that
        agree in sign, of which this is one.
    """

    values: tuple[tuple[str, Fraction], ...]
    rate: Fraction | float


@dataclass(frozen=True)
class Face:
    """One face of a box: one state at one end of its range.

    Attributes
    ----------
    state : str
    end : {"low", "high"}
    value : float
        Of the state on this face.
    rate : sympy.Expr
        The rate of change of the state on this face.
    answer : {"yes", "no", "undecided"}
        Whether the system nowhere points outward there.
    method : str
        ``"zero"``, ``"terms as written"``, ``"signs of coefficients"``, ``"Bernstein
        coefficients"``, ``"an even power"``, ``"interval subdivision"``,
        ``"counterexample"`` or ``"none"``.
    certificate : str
        The reason, as a sentence that can be checked.
    counterexample : Counterexample or None
    """

    state: str
    end: str
    value: float
    rate: sp.Expr
    answer: str
    method: str
    certificate: str
    counterexample: Counterexample | None = None

    @property
    def where(self) -> str:
        """The place of the counterexample, in words; empty without one."""
        if self.counterexample is None:
            return ""
        values = (f"{name} = {float(value):.6g}" for name, value in self.counterexample.values)
        return f" ({', '.join(values)})"


@dataclass(frozen=True, repr=False)
class Invariance:
    """Whether a box is forward invariant, face by face.

    Attributes
    ----------
    system : System
    box : tuple of (str, (float, float))
        The range of each state.
    answer : {"yes", "no", "undecided"}
    faces : tuple of Face
        Infinite ends have none.
    remarks : tuple of str
        What the answer presupposes, or why it is undecided though every face was decided.
    """

    system: System
    box: tuple[tuple[str, tuple[float, float]], ...]
    answer: str
    faces: tuple[Face, ...]
    remarks: tuple[str, ...] = ()

    @property
    def counterexample(self) -> Counterexample | None:
        """The first counterexample, if the answer is no."""
        return next((face.counterexample for face in self.faces if face.counterexample), None)

    def latex(self) -> str:
        """Return the faces, their rates and the answers as a LaTeX ``aligned`` block."""
        names, states = self.system.latex_symbols, {s.name: s for s in self.system.states}
        sign = {"low": r"\geq", "high": r"\leq"}
        mark = {"yes": "", "no": r"\quad\text{(fails)}", "undecided": r"\quad\text{(undecided)}"}
        rows = [
            rf"\dot{{{states[face.state].latex}}}\big|_{{{states[face.state].latex}="
            rf"{face.value:g}}} &= {sp.latex(face.rate, symbol_names=names)} "
            rf"{sign[face.end]} 0{mark[face.answer]}"
            for face in self.faces
        ]
        body = " \\\\\n".join(rows) or r"\text{no face}"
        return "\\begin{aligned}\n" + body + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        words = {"yes": "is forward invariant", "no": "is not forward invariant"}
        head = f"the box of {self.system.name!r} {words.get(self.answer, 'is undecided')}"
        faces = [
            f"  {face.answer}: {face.state} = {face.value:g}, {face.certificate}{face.where}"
            for face in self.faces
        ]
        return "\n".join([head, *faces, *(f"  {remark}" for remark in self.remarks)])


def invariant_box(
    system: System,
    box: Mapping[str, tuple[float, float]] | None = None,
    params: Mapping[str, float] | None = None,
) -> Invariance:
    """Decide whether a box is forward invariant, face by face, by exact algebra.

    On the face where a state is at its low end its rate must nowhere be negative, at its
    high end nowhere positive, whatever the other states in the box. If so, no trajectory
    leaves (Nagumo), also while parameters and inputs vary in time within their ranges.

    Parameters
    ----------
    system : System
    box : mapping of str to (float, float), optional
        Sides that differ from the ranges of the states; ends may be infinite.
    params : mapping of str to float, optional
        None: for *all* parameters and inputs in their ranges. With a mapping, even an
        empty one: for the values given here, else the defaults.

    Returns
    -------
    Invariance
        With `answer` ``"yes"`` (each face has a certificate), ``"no"`` (with a point at
        which the system points outward, verified in exact or enclosed arithmetic) or
        ``"undecided"``.

    Raises
    ------
    ValueError
        If a side is reversed, a name is no state, or `params` does not fit.

    Notes
    -----
    The theorem needs a right-hand side that is locally Lipschitz: with jumps, or with roots
    and logarithms whose argument may vanish in the box, the answer is never yes. It speaks
    of trajectories for as long as they exist; in a bounded box without poles, forever.

    References
    ----------
    .. [1] F. Blanchini, "Set invariance in control", Automatica 35 (1999) 1747-1767.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> ms.symbolic.invariant_box(ms.models.client()).answer
    'yes'
    >>> k = ms.Parameter("k", 1, range=(0, 10))
    >>> leak = ms.System("leak", {"x": "k*(1 - x) - 1"}, [k], box={"x": (0, 1)})
    >>> found = ms.symbolic.invariant_box(leak)
    >>> found.answer, found.counterexample.rate
    ('no', Fraction(-1, 1))
    >>> {name: str(value) for name, value in found.counterexample.values}
    {'k': '0', 'x': '0'}
    """
    check_system(system)
    sides = _sides(system, box)
    fixed = {} if params is None else numbers(system, params)
    ranges = exact_ranges(system, sides, fixed)
    defaults = {} if params is not None else _defaults(system)
    held = {each: low for each, (low, high) in ranges.items() if low == high}
    faces = tuple(
        _face(state, end, rate, ranges, held, defaults)
        for state, rate in zip(system.state_names, system.rhs, strict=True)
        for end in ("low", "high")
        if math.isfinite(sides[state][0 if end == "low" else 1])
    )
    doubts, remarks = presuppositions(system, ranges)
    answers = {face.answer for face in faces}
    answer = next(each for each in ("no", "undecided", "yes") if each in {*answers, "yes"})
    if answer == "yes" and doubts:
        answer = "undecided"
    return Invariance(system, tuple(sides.items()), answer, faces, (*doubts, *remarks))


def _sides(
    system: System, box: Mapping[str, tuple[float, float]] | None
) -> dict[str, tuple[float, float]]:
    if box is not None and not isinstance(box, Mapping):
        raise TypeError(
            f"`box` is {box!r}; give a mapping from state to (lower, upper), such as "
            f"{{{system.state_names[0]!r}: (0, 1)}}."
        )
    given = system.expand(box or {}, "state")
    sides = {**system.box, **given}
    for name, side in sides.items():
        try:
            low, high = (float(end) for end in ((math.nan,) * 2 if isinstance(side, str) else side))
        except (TypeError, ValueError):
            low, high = math.nan, math.nan
        if not low <= high:
            raise ValueError(
                f"`box` gives {name!r} the side {side!r}; give two numbers, the lower one first."
            )
        sides[name] = (low, high)
    return sides


def exact_ranges(
    system: System, sides: Mapping[str, tuple[float, float]], fixed: Mapping[str, Fraction]
) -> dict[sp.Symbol, Interval]:
    """Return the range of every symbol: sides of states, ranges of the others, or fixed numbers."""
    wide = {q.name: q.range for q in (*system.parameters, *system.inputs)} | dict(sides)
    ranges = {symbol(name): (_end(low), _end(high)) for name, (low, high) in wide.items()}
    return ranges | {symbol(name): (value, value) for name, value in fixed.items()}


def _end(value: float) -> Fraction | float:
    return exact(value) if math.isfinite(value) else value


def _defaults(system: System) -> dict[sp.Symbol, Fraction]:
    parameters, _ = parameter_and_input_values(system, None)
    return {symbol(name): exact(value) for name, value in parameters.items()}


def _face(
    state: str,
    end: str,
    rate: sp.Expr,
    ranges: Mapping[sp.Symbol, Interval],
    held: Mapping[sp.Symbol, Fraction | float],
    defaults: Mapping[sp.Symbol, Fraction],
) -> Face:
    value = ranges[symbol(state)][0 if end == "low" else 1]
    known = {s: v for s, v in ({**held, symbol(state): value}).items() if s in rate.free_symbols}
    here = rate.xreplace({s: sp.Rational(*v.as_integer_ratio()) for s, v in known.items()})
    if here.has(sp.nan, sp.zoo, sp.oo):
        verdict = Verdict("undecided", "none", "the rate is undefined on the whole face")
    else:
        verdict = nonnegative(here if end == "low" else -here, ranges, defaults)
    counterexample = None
    if verdict.value is not None:
        place = {**known, **verdict.point}
        sign = 1 if end == "low" else -1
        lower, upper = verdict.value
        counterexample = Counterexample(
            tuple((each.name, Fraction(place[each])) for each in ranges if each in place),
            sign * upper if lower == upper else sign * float(upper),
        )
    subject = f"{'' if end == 'low' else '-'}d {state}/dt"
    claim = {"yes": ">= 0", "no": "< 0"}.get(verdict.answer, ">= 0 is undecided")
    text = f"{subject} {claim}: {verdict.certificate}"
    return Face(
        state, end, float(value), here, verdict.answer, verdict.method, text, counterexample
    )
