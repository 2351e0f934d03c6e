"""Diagram: branches of equilibria as they are found, one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis._equilibria import equilibria
from mirrorsys.analysis._results import Equilibria
from mirrorsys.analysis.bifurcation._curve import (
    Curve,
    Ending,
    Node,
    Steps,
    correct,
    follow,
    node_at,
)
from mirrorsys.analysis.bifurcation._defining import EquilibriumEquations, Scaled
from mirrorsys.analysis.bifurcation._endings import LEAVING, bounded
from mirrorsys.analysis.bifurcation._events import Located, Tests, events, tests_at
from mirrorsys.analysis.bifurcation._field import Field
from mirrorsys.analysis.bifurcation._known import ON_BRANCH, lies_on
from mirrorsys.analysis.bifurcation._points import crossing_directions, special_points
from mirrorsys.analysis.bifurcation._results import Branch, Branches, Check
from mirrorsys.symbolic import ContinuumError, EliminationError

__all__ = ["Diagram"]

Array = NDArray[np.float64]
MOST_BRANCHES = 200
SINGULAR = "the equations are singular at its first point"
LONE = "equilibria from which no branch could be followed"


class Diagram:
    """The branches found so far."""

    def __init__(
        self,
        at: Field,
        bounds: tuple[float, float],
        box: Mapping[str, tuple[float, float]],
        steps: Steps,
        params: dict[str, float],
    ) -> None:
        self.field, self.bounds, self.box, self.steps, self.params = at, bounds, box, steps, params
        self.sides = np.array(list(box.values()))
        self.scale = np.empty(0)
        self.curves: list[Curve] = []
        self.ends: list[tuple[str, str]] = []
        self.tests: list[list[Tests]] = []
        self.located: list[tuple[int, Located]] = []
        self.certified: dict[float, tuple[list[Array], Equilibria]] = {}
        self.checks: dict[float, Check] = {}
        self.n_switched = 0

    # ---- where branches begin ------------------------------------------------------------

    def start_from(self, value: float) -> None:
        """Certify the equilibria at a value of the parameter; follow those on no branch."""
        found = self._certified(value)
        if isinstance(found, str):
            self.checks[value] = Check(value, 0, 0, False, found)
            return
        points = [np.append(list(each.state.values()), value) for each in found]
        if self.scale.size == 0:
            self.scale = self._scale(points)
        for y in points:
            if not self._is_known(y / self.scale):
                self._follow_from(y / self.scale)
        self.certified[value] = points, found

    def _certified(self, value: float) -> Equilibria | str:
        params = self.params | {self.field.names[0]: value}
        try:
            return equilibria(self.field.system, params, box=self.box)
        except ContinuumError as error:
            return f"the equilibria form a continuum: {error}"
        except (EliminationError, ValueError, ArithmeticError) as error:
            return f"the equilibria cannot be certified: {error}"

    def _scale(self, points: Sequence[Array]) -> Array:
        widths = self.sides[:, 1] - self.sides[:, 0]
        reach = np.max(np.abs([y[:-1] for y in points]), axis=0) if points else 0.0
        low, high = self.bounds
        usual = np.where(np.isfinite(widths) & (widths > 0), widths, 1.0 + 2 * reach)
        return np.append(usual, high - low)

    def _follow_from(self, z: Array, along: Array | None = None) -> None:
        """Follow a branch through a point in both directions."""
        equations = Scaled(EquilibriumEquations(self.field), self.scale)
        node = node_at(equations, z, self._row(z, equations) if along is None else along)
        if node is None:
            if along is not None:
                return
            self._keep(Curve([Node(z, np.zeros_like(z), equations)]), (SINGULAR, SINGULAR))
            return
        forth = follow(node, self.steps, self._ending(node))
        if forth.is_closed:
            self._keep(forth, (forth.status, forth.status))
            return
        turned = Node(z, -node.tangent, equations)
        back = follow(turned, self.steps, self._ending(turned))
        self._keep(Curve([*map(_reversed, back.nodes[:0:-1]), *forth.nodes]),
                   (back.status, forth.status))  # fmt: skip

    def _ending(self, start: Node) -> Ending:
        names = (*self.field.system.state_names, *self.field.names)
        sides = [*self.box.values(), self.bounds]
        return bounded(sides, names, self.field.n, self.scale, self.steps)(start)

    def _row(self, z: Array, equations: Scaled) -> Array:
        """Return the direction that the equations leave open: the last right singular vector."""
        return np.linalg.svd(equations.matrix(z))[2][-1]  # type: ignore[no-any-return]

    def _keep(self, curve: Curve, ends: tuple[str, str]) -> None:
        number = len(self.curves)
        lengths = np.cumsum(
            [0.0, *(np.linalg.norm(b.z - a.z) for a, b in zip(curve.nodes, curve.nodes[1:],
                                                              strict=False))]
        )  # fmt: skip
        nodes = [
            Node(each.z, each.tangent, each.equations, float(length))
            for each, length in zip(curve.nodes, lengths, strict=True)
        ]
        tests = [tests_at(self.field, node, self.scale) for node in nodes]
        tests, found = events(self.field, tests, self.scale, self.steps)
        self.curves.append(Curve([each.node for each in tests], curve.status))
        self.tests.append(tests)
        self.ends.append(ends)
        low, high = self.bounds
        slack = LEAVING * (high - low)  # a point that is located exactly may lie outside
        for each in found:
            if low - slack <= each.y[-1] <= high + slack and not self._is_located(each):
                self.located.append((number, each))

    def _is_located(self, point: Located) -> bool:
        return any(
            other.kind == point.kind
            and np.linalg.norm((other.y - point.y) / self.scale) < ON_BRANCH
            for _, other in self.located
        )

    # ---- what is known -------------------------------------------------------------------

    def _is_known(self, z: Array) -> bool:
        """Tell whether a point lies on a branch."""
        return any(lies_on(curve, z, self.steps) for curve in self.curves)

    def _is_followed(self, z: Array) -> bool:
        """Tell whether a point lies on a branch that could be followed from it or to it."""
        return any(
            lies_on(curve, z, self.steps)
            for curve, ends in zip(self.curves, self.ends, strict=True)
            if SINGULAR not in ends
        )

    # ---- where branches cross ------------------------------------------------------------

    def switch(self) -> None:
        """Follow the branches that cross those known at branch points."""
        while self.n_switched < len(self.located) and len(self.curves) < MOST_BRANCHES:
            _, point = self.located[self.n_switched]
            self.n_switched += 1
            if point.kind != "branch":
                continue
            for direction in crossing_directions(self.field, point.y, self.scale):
                self._start_along(point.y / self.scale, direction)

    def _start_along(self, z: Array, direction: Array) -> None:
        equations = Scaled(EquilibriumEquations(self.field), self.scale)
        for sign in (1, -1):
            row = sign * direction
            for size in (1e-3, 1e-4, 1e-2):
                guess = z + size * row
                found = correct(equations, guess, row, float(row @ guess), self.steps)
                if found is not None and np.linalg.norm(found[0] - guess) < 0.5 * size:
                    break
            else:
                continue
            point = found[0]
            inside = self.sides / self.scale[:-1, None]
            is_inside = np.all(
                (point[:-1] >= inside[:, 0] - LEAVING) & (point[:-1] <= inside[:, 1] + LEAVING)
            )
            low, high = self.bounds
            if (
                is_inside
                and low <= point[-1] * self.scale[-1] <= high
                and not self._is_known(point)
            ):
                self._follow_from(point, row)

    # ---- what is found -------------------------------------------------------------------

    def gaps(self, most: int) -> list[float]:
        """Return values of the parameter between those where something happens."""
        low, high = self.bounds
        edges = sorted({low, high, *(float(each.y[-1]) for _, each in self.located)})
        widths = np.diff(edges)
        order = np.argsort(-widths, kind="stable")[:most]
        # Off the middle, where symmetric systems have their special values.
        wide = [i for i in sorted(order) if widths[i] > 1e-9 * (high - low)]
        return [float(edges[i] + 0.48 * widths[i]) for i in wide]

    def _check(self, value: float) -> Check:
        """Look for the equilibria at a value on the branches, now that all are known."""
        points, found = self.certified[value]
        n_known = sum(self._is_followed(y / self.scale) for y in points)
        message = found.message if n_known == len(points) else LONE
        return Check(value, len(points), n_known, found.is_complete, message)

    def result(self) -> Branches:
        """Return everything as it was found."""
        self.checks |= {value: self._check(value) for value in self.certified}
        return Branches(
            system=self.field.system, parameter_name=self.field.names[0], bounds=self.bounds,
            box=self.box, params=self.params,
            branches=tuple(map(self._branch, range(len(self.curves)))),
            points=special_points(self.field, self.params, self.scale, self.located),
            checks=tuple(self.checks[value] for value in sorted(self.checks)),
            status=self._status(),
        )  # fmt: skip

    def _branch(self, number: int) -> Branch:
        tests = self.tests[number]
        y = np.array([each.node.z * self.scale for each in tests]).T
        return Branch(
            parameter=y[-1],
            states=y[:-1],
            eigenvalues=np.array([each.eigenvalues for each in tests]).T,
            n_unstable=np.array([each.n_unstable for each in tests], dtype=np.int64),
            residual=np.array([np.abs(self.field.rates(each)).max() for each in y.T]),
            ends=self.ends[number],
        )

    def _status(self) -> str:
        held = sum(each.holds for each in self.checks.values())
        text = f"complete at {held} of {len(self.checks)} checked values"
        if held < len(self.checks):
            text = text.replace("complete", "certified complete")
        stopped = [
            end for ends in self.ends for end in ends if "stopped" in end or "singular" in end
        ]
        if stopped:
            text += f"; {len(stopped)} ends stopped ({stopped[0]})"
        reasons = [each.message for each in self.checks.values() if not each.holds]
        if reasons:
            text += f"; {reasons[0]}"
        if not self.curves:
            text = "no equilibrium in the box" if held else reasons[0]
        if len(self.curves) >= MOST_BRANCHES:
            text += f"; stopped at {MOST_BRANCHES} branches"
        return text


def _reversed(node: Node) -> Node:
    return Node(node.z, -node.tangent, node.equations, node.length)
