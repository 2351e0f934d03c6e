"""Whether distress spreads among people at rest: a reproduction number, as in epidemics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp

from mirrorsys._expressions import symbol, to_text
from mirrorsys._system import System, check_system
from mirrorsys._values import initial_values, parameter_and_input_values
from mirrorsys.symbolic._characteristic import cleared, irreducible_blocks
from mirrorsys.symbolic._next_generation import (
    MAX_PRODUCTS,
    SILENT,
    decay_and_transmission,
    next_generation,
    spectral_radius,
)
from mirrorsys.symbolic._polynomials import exact
from mirrorsys.symbolic._relations import knowledge
from mirrorsys.symbolic._rings import Polynomial, Ring, WorkLimitError, leading_minors, ring_of

__all__ = ["ReproductionNumber", "distress_reproduction_number"]

WIDTH = 300  # of a printed formula


@dataclass(frozen=True, repr=False)
class ReproductionNumber:
    r"""How much distress one unit of distress makes in others before it decays.

    At rest, with no stressor, the carrier states obey :math:`\dot{x} = (-D + M) x` to first
    order, with the decay `D` of a person alone and the transmission `M` through contact. The
    number is the spectral radius of the next-generation matrix :math:`D^{-1} M`.

    Attributes
    ----------
    system : System
    carriers : tuple of str
        The states that carry it, one for each person.
    matrix : sympy.ImmutableDenseMatrix, shape (n_person, n_person)
        The next-generation matrix. Row: who is moved; column: by whom.
    decay, transmission : sympy.ImmutableDenseMatrix, shape (n_person, n_person)
        `D` and `M`, per unit of time.
    formula : sympy.Expr or None
        The spectral radius in closed form; None if it has no short one.
    params : mapping of str to float or None
        As given to `distress_reproduction_number`.
    """

    system: System
    carriers: tuple[str, ...]
    matrix: sp.ImmutableDenseMatrix
    decay: sp.ImmutableDenseMatrix
    transmission: sp.ImmutableDenseMatrix
    formula: sp.Expr | None
    params: Mapping[str, float] | None = None

    @property
    def decides(self) -> str:
        """What the number decides, and what it does not."""
        carrier = self.carriers[0].rpartition(".")[2]
        text = (
            f"Below one, a little {carrier} of people at rest without a stressor dies out; above "
            "one it grows. This is a local statement about rest, no more"
        )
        if carrier != "threat":
            return f"{text}."
        return (
            f"{text}: with enough rumination (rho above 4 in the reference model) a high-threat "
            "state exists below one as well, and distress that is not small may lead there. "
            "Mirrored soothing has a number of its own, which decides whether calm spreads."
        )

    def value(
        self,
        params: Mapping[str, float] | None = None,
        state: Mapping[str, float] | None = None,
    ) -> float:
        """Return the number for given values.

        Parameters
        ----------
        params : mapping of str to float, optional
            Parameters and contacts; what is not named has its default, and contacts rest at
            their values.
        state : mapping of str to float, optional
            Pathway strengths and signals; by default those with which the persons start.

        Raises
        ------
        ValueError
            If a value does not fit, or the number was derived for given numbers.
        """
        if self.params is not None and (params or state):
            raise ValueError(
                f"this number was derived for params={dict(self.params)}, so that nothing is left "
                "to give; derive it with params=None to vary them."
            )
        _check_silent(self.system, params)
        parameters, inputs = parameter_and_input_values(self.system, params)
        given = parameters | inputs | initial_values(self.system, state)
        values = {
            each: sp.Rational(*exact(given[each.name]).as_integer_ratio())
            for each in self.matrix.free_symbols
        }
        numbers = np.array(self.matrix.xreplace(values).tolist(), dtype=float)
        return float(np.max(np.abs(np.linalg.eigvals(numbers)), initial=0.0))

    def below_one(self) -> tuple[sp.Basic, ...]:
        r"""Return the inequalities that hold together if and only if the number is below one.

        They say that the leading minors of :math:`I - D^{-1} M` are positive, block by block
        (an M-matrix), and need no closed form of the number.

        Raises
        ------
        WorkLimitError
            If they are too long; compare `value` with one instead.
        """
        known = knowledge(self.system)
        asked: dict[sp.Basic, None] = {}
        for rows in irreducible_blocks(self.matrix):
            size = len(rows)
            shifted = [[int(i == j) - rows[i][j] for j in range(size)] for i in range(size)]
            ring, polynomials = _numerators(shifted)
            for minor in _minors(polynomials):
                asked |= dict.fromkeys(known.positivity(ring, minor))
        return tuple(asked)

    def latex(self) -> str:
        """Return the formula, or the matrix whose spectral radius it is, as LaTeX."""
        names = self.system.latex_symbols
        if self.formula is not None:
            return rf"\mathcal{{D}}_0 = {sp.latex(self.formula, symbol_names=names)}"
        return rf"\mathcal{{D}}_0 = \varrho\left({sp.latex(self.matrix, symbol_names=names)}\right)"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        text = "no short formula" if self.formula is None else _text(self.formula)
        return f"reproduction number of {', '.join(self.carriers)}: {text}\n{self.decides}"


def distress_reproduction_number(
    network: System, params: Mapping[str, float] | None = None, *, carrier: str = "threat"
) -> ReproductionNumber:
    """Derive the reproduction number of distress from the equations of a network.

    Rest is where all states but pathway strength and signal are zero, without a stressor.

    Parameters
    ----------
    network : System
        Persons with contacts, as `mirrorsys.models.dyad` and `network` make them.
    params : mapping of str to float, optional
        None leaves parameters and contacts symbols, and pathway strengths and signals too.
        With a mapping, even an empty one, all become numbers: the value given here, else
        the default; contacts rest at their values, and pathway strength and signal are those
        with which the persons start.
    carrier : str, keyword-only
        The state that is passed on: ``"threat"``, or ``"soothing"`` for the number that
        decides whether calm spreads.

    Returns
    -------
    ReproductionNumber

    Raises
    ------
    ValueError
        If there are no contacts or carriers, rest is no equilibrium, or the carriers do not
        decay alone, depend on other states at rest, or are inhibited through contact: then
        there is no such number.

    References
    ----------
    .. [1] P. van den Driessche, J. Watmough, "Reproduction numbers and sub-threshold endemic
       equilibria for compartmental models of disease transmission", Math. Biosci. 180 (2002)
       29-48.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> pair = ms.models.dyad(ms.models.client("a"), ms.models.client("b"))
    >>> ms.symbolic.distress_reproduction_number(pair).formula
    sqrt(a.mu*a.signal*a_b.contact*b.mu*b.signal*b_a.contact)
    """
    check_system(network, "network")
    _check_silent(network, params)
    carriers, decay, transmission = decay_and_transmission(network, carrier)
    if params is not None:
        values = _numbers(network, params)
        decay, transmission = decay.xreplace(values), transmission.xreplace(values)
    matrix = next_generation(decay, transmission)
    return ReproductionNumber(
        network, carriers, matrix, decay, transmission, spectral_radius(matrix), params
    )


def _check_silent(network: System, params: Mapping[str, float] | None) -> None:
    """Refuse what would disturb rest."""
    given = network.expand(params or {}, "parameter or input")
    loud = {n: v for n, v in given.items() if n.rpartition(".")[2] in SILENT and v != 0}
    if loud:
        raise ValueError(
            f"`params` gives {loud}, but the number is about rest, where these are zero; leave "
            "them out (with a stressor, ask equilibria for the state and its eigenvalues)."
        )


def _numbers(network: System, params: Mapping[str, float]) -> dict[sp.Symbol, sp.Rational]:
    parameters, inputs = parameter_and_input_values(network, params)
    given = parameters | inputs | initial_values(network, None)
    return {
        symbol(name): sp.Rational(*exact(value).as_integer_ratio()) for name, value in given.items()
    }


def _minors(rows: Sequence[Sequence[Polynomial]]) -> list[Polynomial]:
    try:
        return leading_minors(rows, max_products=MAX_PRODUCTS)
    except WorkLimitError:
        raise WorkLimitError(
            f"the inequalities for {len(rows)} persons who all act on each other are too long; "
            "compare `value` with one instead, or give numbers in `params`."
        ) from None


def _numerators(rows: Sequence[Sequence[sp.Expr]]) -> tuple[Ring, list[list[Polynomial]]]:
    """Return the rows over one denominator each, which is positive: a product of decays."""
    ring = ring_of([entry for row in rows for entry in row])
    return ring, [list(cleared(ring, row)) for row in rows]


def _text(expression: sp.Expr) -> str:
    text = to_text(expression)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 4]} ..."
