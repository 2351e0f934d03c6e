"""System: equations in symbols, and everything one needs to know about each symbol."""

from __future__ import annotations

import dataclasses
import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import sympy as sp

from mirrorsys._expressions import ExpressionError, canonical, is_name, symbol
from mirrorsys._system._display import aligned, summary
from mirrorsys._system._quantities import Input, Parameter, Quantity, State, checked_range

__all__ = ["System", "check_system"]

_Q = TypeVar("_Q", bound=Quantity)


@dataclass(frozen=True, init=False, repr=False)
class System:
    """A system of ordinary differential equations in symbols.

    Parameters
    ----------
    name : str
        Free text.
    equations : mapping of str or State to str or sympy.Expr
        The right-hand side of each state, as text (see `mirrorsys._expressions` for
        the grammar) or as a SymPy expression. Their order is axis 0 of every state array.
    parameters : mapping of str to float, or iterable of Parameter
    inputs : mapping of str to float, or iterable of Input
        With the value that holds while no protocol supplies another.
    outputs : mapping of str to str or sympy.Expr
        Named functions of states, parameters and inputs, recorded in simulations.
    diffusion : mapping of str to str or sympy.Expr
        Noise amplitude of a state (independent Wiener processes), zero where not given.
    box : mapping of str to (float, float)
        The region of interest, side by side; overrides the ranges of the states.
    initial : mapping of str to float
        Where states start by default; overrides the values of the states.
    time_unit : str
        The unit of time of all equations.
    source : str
        Where the equations come from.

    Raises
    ------
    ValueError
        If a name is declared twice or not at all, or a value lies outside its range.
    ExpressionError
        If an equation cannot be read.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> decay = ms.System("decay", {"x": "-k*x + drive"}, {"k": 0.5}, inputs={"drive": 0})
    >>> decay
    System 'decay': 1 state, 1 parameter, 1 input; time in 1
      d x/dt = drive - k*x
    >>> decay.freeze(drive=1).parameter_names
    ('k', 'drive')
    """

    name: str
    states: tuple[State, ...]
    rhs: tuple[sp.Expr, ...]
    parameters: tuple[Parameter, ...]
    inputs: tuple[Input, ...]
    outputs: tuple[tuple[str, sp.Expr], ...]
    diffusion: tuple[sp.Expr, ...]
    time_unit: str
    source: str

    def __init__(
        self,
        name: str,
        equations: Mapping[str, Any] | Mapping[State, Any],
        parameters: Mapping[str, float] | Iterable[Parameter] = (),
        inputs: Mapping[str, float] | Iterable[Input] = (),
        *,
        outputs: Mapping[str, Any] | None = None,
        diffusion: Mapping[str, Any] | None = None,
        box: Mapping[str, tuple[float, float]] | None = None,
        initial: Mapping[str, float] | None = None,
        time_unit: str = "1",
        source: str = "",
    ) -> None:
        states = [key if isinstance(key, State) else State(key) for key in equations]
        if not states:
            raise ValueError("`equations` is empty; give at least one state its right-hand side.")
        names = [state.name for state in states]
        for given, label in ((box, "box"), (initial, "initial"), (diffusion, "diffusion")):
            _check_known(given or {}, names, label)
        for index, state in enumerate(states):
            changes: dict[str, Any] = {}
            if state.name in (box or {}):
                changes["range"] = (box or {})[state.name]
                changes["value"] = _into((box or {})[state.name], state.value)
            if state.name in (initial or {}):
                changes["value"] = (initial or {})[state.name]
            states[index] = dataclasses.replace(state, **changes)
        noise = {
            state: _read(text, f"diffusion of {state!r}")
            for state, text in (diffusion or {}).items()
        }
        fields = {
            "name": str(name),
            "states": tuple(states),
            "rhs": tuple(
                _read(text, f"equation of {state.name!r}")
                for state, text in zip(states, equations.values(), strict=True)
            ),
            "parameters": _quantities(parameters, Parameter),
            "inputs": _quantities(inputs, Input),
            "outputs": tuple(
                (key, _read(text, f"output {key!r}")) for key, text in (outputs or {}).items()
            ),
            "diffusion": tuple(noise.get(state.name, sp.Integer(0)) for state in states),
            "time_unit": str(time_unit),
            "source": str(source),
        }
        for key, value in fields.items():
            object.__setattr__(self, key, value)
        self._check_names()

    def _check_names(self) -> None:
        declared = [quantity.name for quantity in self.quantities]
        declared += [name for name, _ in self.outputs]
        if wrong := [name for name in declared if not is_name(name)]:
            raise ValueError(f"`outputs` of {self.name!r} names {wrong}; use identifiers.")
        if twice := sorted(name for name, count in Counter(declared).items() if count > 1):
            raise ValueError(f"{self.name!r} declares {twice} more than once; rename one of each.")
        known = {symbol(quantity.name) for quantity in self.quantities}
        expressions = (*self.rhs, *self.diffusion, *(expr for _, expr in self.outputs))
        used: set[sp.Symbol] = set().union(*(expr.free_symbols for expr in expressions))
        if unknown := sorted(str(each) for each in used - known):
            raise ValueError(
                f"the equations of {self.name!r} use undeclared {unknown}; "
                "declare each as a state, a parameter or an input."
            )

    # ---- names and symbols -------------------------------------------------------------

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """States, then parameters, then inputs."""
        return (*self.states, *self.parameters, *self.inputs)

    @cached_property
    def state_names(self) -> tuple[str, ...]:
        return tuple(state.name for state in self.states)

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        return tuple(parameter.name for parameter in self.parameters)

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.inputs)

    @cached_property
    def _by_name(self) -> dict[str, Quantity]:
        return {quantity.name: quantity for quantity in self.quantities}

    @property
    def equations(self) -> dict[str, sp.Expr]:
        """The right-hand side of each state, by name."""
        return dict(zip(self.state_names, self.rhs, strict=True))

    @property
    def box(self) -> dict[str, tuple[float, float]]:
        """The range of each state, by name."""
        return {state.name: state.range for state in self.states}

    def __getitem__(self, name: str) -> Any:
        """Return the state, parameter or input called `name`."""
        if name in self._by_name:
            return self._by_name[name]
        full, *others = self.resolve(name)
        if others:
            raise ValueError(
                f"{name!r} stands for {[full, *others]} in {self.name!r}; give one full name."
            )
        return self[full]

    def resolve(self, name: str, kinds: str = "state, parameter or input") -> tuple[str, ...]:
        """Return the full names that `name` stands for.

        A full name stands for itself; a bare name, such as ``mu`` in a dyad, for that
        quantity of everyone who has it (``client.mu``, ``therapist.mu``).

        Parameters
        ----------
        name : str
        kinds : str
            Which kinds count, by their words.

        Raises
        ------
        ValueError
            If nothing has that name; the message offers the nearest ones.
        """
        if name in self._by_name and type(self._by_name[name]).__name__.lower() in kinds:
            return (name,)
        known = [q.name for q in self.quantities if type(q).__name__.lower() in kinds]
        if found := tuple(each for each in known if each.partition(".")[2] == name):
            return found
        if "state" not in kinds and name in (*self.state_names, *_bare(self.state_names)):
            raise ValueError(
                f"{self.name!r} has no {kinds} called {name!r}, but a state; to hold it constant, "
                f"make it a parameter: system.freeze({{{name!r}: value}})."
            )
        bare = dict.fromkeys(each.partition(".")[2] for each in known if "." in each)
        nearest = difflib.get_close_matches(str(name), [*known, *bare], n=3, cutoff=0.4)
        nearest = nearest or known[:12]
        offer = f"did you mean one of {nearest}?" if nearest else "it has none at all."
        raise ValueError(f"{self.name!r} has no {kinds} called {name!r}; {offer}")

    def expand(
        self, values: Mapping[str, Any], kinds: str = "state, parameter or input"
    ) -> dict[str, Any]:
        """Return `values` with every bare name replaced by the full names it stands for.

        A full name wins over a bare one, whatever their order.
        """
        bare = {full: v for name, v in values.items() for full in self.resolve(name, kinds)}
        return bare | {name: v for name, v in values.items() if name in bare}

    # ---- copies with a difference --------------------------------------------------------

    def freeze(self, values: Mapping[str, float] | None = None, /, **named: float) -> System:
        """Return the system with some states or inputs held as parameters.

        Parameters
        ----------
        values, **named : float
            The value each takes as a parameter: ``freeze(pathway=0.1)`` or
            ``freeze({"client.pathway": 0.1})``.

        Raises
        ------
        ValueError
            If a name is neither a state nor an input, or no state would remain.
        """
        frozen = self.expand({**(values or {}), **named}, "state or input")
        parameters = tuple(
            Parameter(
                q.name, frozen[q.name], unit=q.unit, range=q.range, symbol=q.symbol,
                meaning=f"{q.meaning or q.name} (held constant)",
            )
            for q in self.quantities
            if q.name in frozen
        )  # fmt: skip
        if not set(self.state_names) - frozen.keys():
            raise ValueError(f"freezing {sorted(frozen)} leaves {self.name!r} without a state.")
        return self._with(
            states={s: e for s, e in self._pairs() if s.name not in frozen},
            parameters=(*self.parameters, *parameters),
            inputs=tuple(each for each in self.inputs if each.name not in frozen),
        )

    def replace(
        self,
        *,
        name: str | None = None,
        equations: Mapping[str, Any] | None = None,
        parameters: Mapping[str, float | Parameter] | None = None,
        inputs: Mapping[str, float | Input] | None = None,
        initial: Mapping[str, float] | None = None,
        outputs: Mapping[str, Any] | None = None,
        diffusion: Mapping[str, Any] | None = None,
        box: Mapping[str, tuple[float, float]] | None = None,
    ) -> System:
        """Return a copy in which what is named is new and the rest as it was.

        Each mapping changes only the names it holds; `parameters` and `inputs` map a
        name to a new default or to a whole `Parameter` or `Input`, which may be new.

        Raises
        ------
        ValueError
            If a name is unknown, or a value lies outside its range.
        """
        renewed = self.expand(equations or {}, "state")
        ranges = self.expand(box or {}, "state")
        starts = self.expand(initial or {}, "state")
        states = {
            dataclasses.replace(
                state,
                range=ranges.get(state.name, state.range),
                value=starts.get(state.name, state.value),
            ): renewed.get(state.name, expression)
            for state, expression in self._pairs()
        }
        old_noise = dict(zip(self.state_names, self.diffusion, strict=True))
        return self._with(
            name=self.name if name is None else name,
            states=states,
            parameters=self._renewed(self.parameters, parameters or {}, "parameter"),
            inputs=self._renewed(self.inputs, inputs or {}, "input"),
            outputs={**dict(self.outputs), **(outputs or {})},
            diffusion={**old_noise, **self.expand(diffusion or {}, "state")},
        )

    def _renewed(self, old: tuple[_Q, ...], new: Mapping[str, Any], kind: str) -> tuple[_Q, ...]:
        whole = {name: each for name, each in new.items() if isinstance(each, Quantity)}
        if renamed := [f"{k!r}: {v.name!r}" for k, v in whole.items() if k != v.name]:
            raise ValueError(f"`{kind}s` would rename {renamed}; give each under its own name.")
        values = self.expand({k: v for k, v in new.items() if not isinstance(v, Quantity)}, kind)
        kept = (
            whole.pop(each.name)
            if each.name in whole
            else dataclasses.replace(each, value=values.get(each.name, each.value))
            for each in old
        )
        return (*kept, *whole.values())  # type: ignore[arg-type]

    def of(self, owner: str) -> System:
        """Return the same system, every name belonging to `owner`: ``threat`` to ``ann.threat``."""
        if not is_name(owner) or "." in owner:
            raise ValueError(f"`owner` is {owner!r}; use a plain identifier such as 'client'.")
        rename = {symbol(q.name): symbol(f"{owner}.{q.name}") for q in self.quantities}
        return System(
            owner,
            {state.of(owner): expr.xreplace(rename) for state, expr in self._pairs()},
            [parameter.of(owner) for parameter in self.parameters],
            [each.of(owner) for each in self.inputs],
            outputs={f"{owner}.{key}": expr.xreplace(rename) for key, expr in self.outputs},
            diffusion={
                f"{owner}.{name}": expr.xreplace(rename)
                for name, expr in zip(self.state_names, self.diffusion, strict=True)
            },
            time_unit=self.time_unit,
            source=self.source,
        )

    def _pairs(self) -> Iterable[tuple[State, sp.Expr]]:
        return zip(self.states, self.rhs, strict=True)

    def _with(self, **changes: Any) -> System:
        states = changes.get("states", dict(self._pairs()))
        kept = {state.name for state in states}
        noise = changes.get("diffusion", dict(zip(self.state_names, self.diffusion, strict=True)))
        return System(
            changes.get("name", self.name),
            states,
            changes.get("parameters", self.parameters),
            changes.get("inputs", self.inputs),
            outputs=changes.get("outputs", dict(self.outputs)),
            diffusion={name: expr for name, expr in noise.items() if name in kept},
            time_unit=self.time_unit,
            source=self.source,
        )

    # ---- reading -------------------------------------------------------------------------

    @property
    def latex_symbols(self) -> dict[sp.Symbol, str]:
        """The LaTeX symbol of every quantity, for `sympy.latex(..., symbol_names=...)`."""
        return {symbol(quantity.name): quantity.latex for quantity in self.quantities}

    def latex(self) -> str:
        """Return the equations as a LaTeX ``aligned`` block."""
        return aligned(self)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        return summary(self)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # What is derived from a system is kept by it, and asked for again and again.
        return hash(tuple(getattr(self, each.name) for each in dataclasses.fields(self)))

    def __getstate__(self) -> dict[str, Any]:
        # Hashes of texts differ from process to process: a copy computes its own.
        return {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}


def check_system(given: Any, label: str = "system") -> None:
    """Refuse what is not a System.

    Raises
    ------
    TypeError
        With what was given, and what fits.
    """
    if not isinstance(given, System):
        raise TypeError(
            f"`{label}` is {given!r} of type {type(given).__name__}; give a System, such as "
            "models.client(), or your own: System(name, equations, parameters)."
        )


def _read(text: Any, place: str) -> sp.Expr:
    try:
        return canonical(text)
    except ExpressionError as error:
        raise ExpressionError(f"{place}: {error}") from None


def _quantities(given: Mapping[str, float] | Iterable[_Q], kind: type[_Q]) -> tuple[_Q, ...]:
    if isinstance(given, Mapping):
        return tuple(kind(name, value) for name, value in given.items())
    members = tuple(given)
    for member in members:
        if not isinstance(member, kind):
            raise TypeError(
                f"`{kind.__name__.lower()}s` holds {member!r}; give {kind.__name__} objects "
                "or a mapping from name to value."
            )
    return members


def _bare(names: Iterable[str]) -> set[str]:
    """Return names without their owners."""
    return {each.partition(".")[2] for each in names if "." in each}


def _into(interval: Any, value: float) -> float:
    """Return `value` moved to the nearest end if it lies outside a (valid) interval."""
    low, high = checked_range(interval, "`box`")
    return min(max(value, low), high)


def _check_known(given: Iterable[str], names: list[str], label: str) -> None:
    if unknown := sorted(set(given) - set(names)):
        raise ValueError(
            f"`{label}` names {unknown}, which are not states; the states are {names}."
        )
