"""Known answers of bifurcation analysis: published, or solved in closed form.

Each `Answer` says what is computed, what it must be, how close, and where that is from.
`test_known_answers.py` holds the library to them; ``python tests/regression/known_answers.py``
prints them all as a table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

import mirrorsys as ms
from mirrorsys import System
from mirrorsys.analysis.bifurcation import (
    cycle_branch,
    equilibrium_branches,
    fold_curve,
    hopf_curve,
    periodic_orbit,
)
from mirrorsys.models import zoo

KUZNETSOV = "Kuznetsov, Elements of Applied Bifurcation Theory, 3rd ed. 2004"
STROGATZ = "Strogatz, Nonlinear Dynamics and Chaos, 2nd ed. 2015"


@dataclass(frozen=True)
class Answer:
    """One number: its field, what it is, its source, value and tolerance, how it is computed."""

    field: str
    what: str
    source: str
    value: float
    tolerance: float
    compute: Callable[[], float]


def closed(text: str) -> str:
    return f"closed form: {text}"


# ---- models that are not in the zoo ----------------------------------------------------------


def _everywhere(*names: str, reach: float = 50.0) -> dict[str, tuple[float, float]]:
    return dict.fromkeys(names, (-reach, reach))


def feedback_control() -> System:
    """A feedback control system of Lur'e's type: Kuznetsov, example 5.4 and section 10.5."""
    return System(
        "feedback control",
        {"x": "y", "y": "z", "z": "-alpha*z - beta*y - x + x**2"},
        {"alpha": 1.5, "beta": 1.0},
        box=_everywhere("x", "y", "z", reach=3),
        initial={"x": 0.1},
    )


def carbon_monoxide() -> System:
    """Oxidation of CO on platinum: Bykov, Yablonskii, Kim 1978, in Kuznetsov, example 8.2."""
    empty = "(1 - x - y - s)"
    return System(
        "CO oxidation",
        {
            "x": f"2*q1*{empty}**2 - 2*q5*x**2 - q3*x*y",
            "y": f"q2*{empty} - q6*y - q3*x*y",
            "s": f"q4*({empty} - k*s)",
        },
        {"q1": 2.5, "q2": 1.0, "q3": 10, "q4": 0.0675, "q5": 1, "q6": 0.1, "k": 0.4},
        box=dict.fromkeys("xys", (0, 1)),
    )


def morris_lecar() -> System:
    """A muscle fibre: Morris, Lecar 1981, values of Rinzel, Ermentrout 1989 (Hopf case)."""
    m, w = "(1 + tanh((V + 1.2)/18))/2", "(1 + tanh((V - 2)/30))/2"
    return System(
        "Morris-Lecar",
        {
            "V": f"(I - 4.4*{m}*(V - 120) - 8*w*(V + 84) - 2*(V + 60))/20",
            "w": f"0.04*({w} - w)*cosh((V - 2)/60)",
        },
        {"I": 60},
        box={"V": (-80, 80), "w": (0, 1)},
        initial={"V": -60},
    )


def budworm() -> System:
    """Spruce budworm under predation by birds: Ludwig, Jones, Holling 1978."""
    return System(
        "spruce budworm", {"x": "r*x*(1 - x/k) - x**2/(1 + x**2)"}, {"r": 0.5, "k": 10},
        box={"x": (0.01, 20)},
    )  # fmt: skip


def gene_switch() -> System:
    """A gene that activates itself: Griffith 1968."""
    return System("gene switch", {"x": "-a*x + x**2/(1 + x**2)"}, {"a": 0.4}, box={"x": (0, 10)})


def glycolysis() -> System:
    """Glycolysis: Sel'kov 1968."""
    return System(
        "glycolysis", {"x": "-x + a*y + x**2*y", "y": "b - a*y - x**2*y"}, {"a": 0.08, "b": 0.3},
        box={"x": (0, 3), "y": (0, 10)},
    )  # fmt: skip


def chlorine_dioxide() -> System:
    """Chlorine dioxide, iodine and malonic acid: Lengyel, Rabai, Epstein 1990."""
    return System(
        "chlorine dioxide",
        {"x": "a - x - 4*x*y/(1 + x**2)", "y": "b*x*(1 - y/(1 + x**2))"},
        {"a": 10, "b": 4},
        box={"x": (0, 20), "y": (0, 40)},
        initial={"x": 1, "y": 1},
    )


def roessler() -> System:
    """Roessler 1976."""
    return System(
        "Roessler", {"x": "-y - z", "y": "x + a*y", "z": "b + z*(x - c)"},
        {"a": 0.2, "b": 0.2, "c": 2.0}, box=_everywhere("x", "y", "z"), initial={"x": 1},
    )  # fmt: skip


def bautin() -> System:
    """The normal form of a generalised Hopf point: cycles of radius r with mu + g r^2 - r^4 = 0."""
    growth = "(mu + g*(x**2 + y**2) - (x**2 + y**2)**2)"
    return System(
        "Bautin", {"x": f"{growth}*x - y", "y": f"{growth}*y + x"}, {"mu": -0.5, "g": 1.0},
        box=_everywhere("x", "y", reach=2), initial={"x": 1},
    )  # fmt: skip


def torus() -> System:
    """A cycle of radius 1; a second oscillation, of frequency 0.3, sets in at mu = 0."""
    growth = "(mu - u**2 - v**2)"
    return System(
        "torus",
        {
            "x": "x*(1 - x**2 - y**2) - y", "y": "y*(1 - x**2 - y**2) + x",
            "u": f"{growth}*u - 0.3*v", "v": f"{growth}*v + 0.3*u",
        },
        {"mu": -0.5},
        box=_everywhere("x", "y", "u", "v", reach=2), initial={"x": 1},
    )  # fmt: skip


def forked_cycle() -> System:
    """A cycle of radius 1 that forks off its plane at mu = 0."""
    return System(
        "forked cycle",
        {"x": "x*(1 - x**2 - y**2) - y", "y": "y*(1 - x**2 - y**2) + x", "u": "mu*u - u**3"},
        {"mu": -0.5},
        box=_everywhere("x", "y", "u", reach=2), initial={"x": 1},
    )  # fmt: skip


def zero_hopf() -> System:
    """The normal form of a zero-Hopf point: Kuznetsov, section 8.5."""
    return System(
        "zero-Hopf",
        {
            "u": "b1 + u**2 + x**2 + y**2",
            "x": "(b2 + u)*x - y - x*u**2",
            "y": "(b2 + u)*y + x - y*u**2",
        },
        {"b1": -0.25, "b2": 0.0},
        box=_everywhere("u", "x", "y", reach=1.5),
    )  # fmt: skip


def two_oscillators() -> System:
    """Two oscillators of frequencies 1 and sqrt(2): Hopf-Hopf where both begin."""
    return System(
        "two oscillators",
        {
            "x": "m1*x - y - x*(x**2 + y**2)", "y": "m1*y + x - y*(x**2 + y**2)",
            "u": "m2*u - sqrt(2)*v - u*(u**2 + v**2)", "v": "m2*v + sqrt(2)*u - v*(u**2 + v**2)",
        },
        {"m1": -0.5, "m2": -0.25},
        box=_everywhere("x", "y", "u", "v", reach=2),
    )  # fmt: skip


# ---- branches, each computed once ------------------------------------------------------------


@lru_cache
def branches(name: str) -> ms.bifurcation.Branches:
    """Return the branches of equilibria that several answers share."""
    wide = {"x": (-30, 30), "y": (-30, 30), "z": (-1, 60)}
    made: dict[str, Callable[[], ms.bifurcation.Branches]] = {
        "lorenz": lambda: equilibrium_branches(zoo.lorenz(), "rho", (0, 30), box=wide),
        "brusselator 1": lambda: _brusselator(1),
        "brusselator 2": lambda: _brusselator(2),
        "rosenzweig": lambda: equilibrium_branches(zoo.rosenzweig_macarthur(), "K", (0.5, 5)),
        "fitzhugh": lambda: equilibrium_branches(zoo.fitzhugh_nagumo(), "I", (0, 2)),
        "reaction 18": lambda: _reaction(18),
        "reaction 14": lambda: _reaction(14),
        "takens": lambda: equilibrium_branches(
            zoo.bogdanov_takens(), "beta1", (-0.5, 1), params={"beta2": -0.5}
        ),
        "control": lambda: equilibrium_branches(
            feedback_control(), "alpha", (0.2, 2), box=_everywhere("x", "y", "z", reach=0.5)
        ),
        "monoxide": lambda: equilibrium_branches(carbon_monoxide(), "q2", (0.5, 2)),
        "morris": lambda: equilibrium_branches(morris_lecar(), "I", (60, 260)),
        "budworm": lambda: equilibrium_branches(budworm(), "r", (0.2, 0.8)),
        "gene": lambda: equilibrium_branches(gene_switch(), "a", (0.2, 0.8)),
        "glycolysis": lambda: equilibrium_branches(glycolysis(), "b", (0.1, 1.2)),
        "chlorine": lambda: equilibrium_branches(chlorine_dioxide(), "b", (2, 5)),
        "bautin": lambda: equilibrium_branches(bautin(), "mu", (-0.5, 0.5)),
        "zero-hopf": lambda: equilibrium_branches(zero_hopf(), "b2", (-1, 1)),
        "oscillators": lambda: equilibrium_branches(two_oscillators(), "m1", (-1, 1)),
    }
    return made[name]()


def _brusselator(a: float) -> ms.bifurcation.Branches:
    return equilibrium_branches(
        zoo.brusselator(), "B", (1, 8), params={"A": a}, box={"x": (0, 20), "y": (0, 20)}
    )


def _reaction(p2: float) -> ms.bifurcation.Branches:
    return equilibrium_branches(zoo.exothermic_reaction(), "p1", (0.05, 0.5), params={"p2": p2})


@lru_cache
def cycles(name: str) -> ms.bifurcation.CycleBranch:
    """Return the branches of cycles that several answers share."""
    if name == "control":
        return cycle_branch(feedback_control(), branches(name)["H1"], "alpha", (0.5, 2))
    if name == "bautin":
        return cycle_branch(bautin(), branches(name)["H1"], "mu", (-0.5, 0.5))
    if name == "morris":
        return cycle_branch(morris_lecar(), branches(name)["H1"], "I", (60, 260))
    if name == "lorenz":
        return cycle_branch(zoo.lorenz(), branches(name)["H1"], "rho", (10, 30))
    system, parameter = {"torus": (torus(), "mu"), "forked": (forked_cycle(), "mu")}[name]
    return cycle_branch(system, periodic_orbit(system), parameter, (-0.6, 0.6))


@lru_cache
def van_der_pol(mu: float) -> ms.bifurcation.PeriodicOrbit:
    return periodic_orbit(zoo.van_der_pol(), params={"mu": mu}, tol=1e-11)


@lru_cache
def roessler_cycle(turns: int) -> ms.bifurcation.PeriodicOrbit:
    y, z, period = {1: (6.09, 1.30, 5.88), 2: (6.915, 0.0757, 11.76)}[turns]
    return periodic_orbit(
        roessler(), {"x": 0, "y": y, "z": z}, params={"c": 5.7}, period=period, tol=1e-11
    )


@lru_cache
def lorenz_spectrum() -> ms.analysis.LyapunovSpectrum:
    return ms.lyapunov_spectrum(zoo.lorenz(), duration=100_000, params={"rho": 28})


def value(name: str, point: str) -> Callable[[], float]:
    return lambda: branches(name)[point].parameter


def coefficient(name: str, point: str) -> Callable[[], float]:
    return lambda: branches(name)[point].coefficient


def cycle(name: str, point: str) -> Callable[[], float]:
    return lambda: cycles(name)[point].parameter


def codimension_two(which: str, quantity: int) -> Callable[[], float]:
    return lambda: float(list(_codimension_two(which).params.values())[quantity])


@lru_cache
def _codimension_two(which: str) -> ms.bifurcation.SpecialPoint:
    if which == "takens on hopf":
        found = hopf_curve(
            zoo.bogdanov_takens(),
            branches("takens")["H1"],
            "beta2",
            (-1, 1),
            first_bounds=(-0.5, 1),
        )
    elif which == "takens on fold":
        found = fold_curve(
            zoo.bogdanov_takens(),
            branches("takens")["F1"],
            "beta2",
            (-1, 1),
            first_bounds=(-0.5, 1),
        )
    elif which == "cusp":
        found = fold_curve(
            budworm(), branches("budworm")["F1"], "k", (2, 15), first_bounds=(0.1, 1)
        )
    elif which == "bautin":
        found = hopf_curve(bautin(), branches("bautin")["H1"], "g", (-1, 2), first_bounds=(-1, 1))
    elif which == "zero-hopf":
        found = hopf_curve(
            zero_hopf(), branches("zero-hopf")["H1"], "b1", (-1, 1), first_bounds=(-1, 1)
        )
    else:
        found = hopf_curve(
            two_oscillators(), branches("oscillators")["H1"], "m2", (-1, 1), first_bounds=(-1, 1)
        )
    (point,) = found.points
    return point


def largest_gap_to_the_parabola() -> float:
    found = hopf_curve(
        zoo.bogdanov_takens(), branches("takens")["H1"], "beta2", (-1, 1), first_bounds=(-0.5, 1)
    )
    return float(np.max(np.abs(found.parameters[0] - found.parameters[1] ** 2)))


SPARROW = "Sparrow, The Lorenz Equations, 1982"
SPROTT = "Sprott, Chaos and Time-Series Analysis, 2003, p. 105"
DOEDEL = "Doedel, AUTO: first-order exothermic reaction (Uppal, Ray, Poore 1974)"
URABE = "period by Taylor series at 30 digits, as in Urabe, IEEE Trans. Circuit Theory 7 (1960) 382"
FITZHUGH = "FitzHugh, Biophys. J. 1 (1961) 445; condition trace = 0 solved at 30 digits"
RINZEL = "Rinzel, Ermentrout, in: Koch, Segev (eds), Methods in Neuronal Modeling, 1989"
MATCONT = f"{KUZNETSOV}, ch. 10; MatCont's manual, test run adaptx"
MANUAL = "Bykov, Yablonskii, Kim 1978; MatCont's manual, test run cataloscill"
# MatCont's manual prints omega l1 = 10.70259 and 4.332247, at points that are off by 5e-7 in q2; at
# the points themselves 40 digits give 10.70102 and 4.331379.
DIGITS = "defining system and normal form at 40 digits (mpmath)"
CHAOS = "Cvitanovic et al., ChaosBook, extras: Roessler's model"

ANSWERS = (
    Answer("fluid dynamics", "Lorenz: branch point, rho", SPARROW,
           1.0, 1e-10, value("lorenz", "B1")),
    Answer("fluid dynamics", "Lorenz: Hopf point, rho", SPARROW, 470 / 19, 1e-10,
           value("lorenz", "H1")),
    Answer("fluid dynamics", "Lorenz: sign of the first Lyapunov coefficient", SPARROW, 1.0, 0,
           lambda: math.copysign(1, branches("lorenz")["H1"].coefficient)),
    Answer("fluid dynamics", "Lorenz: period at the Hopf point", closed("2 pi / omega"),
           0.65283034762, 1e-10, lambda: branches("lorenz")["H1"].period),
    Answer("fluid dynamics", "Lorenz: cycles end at a homoclinic orbit, rho", SPARROW, 13.926, 1e-3,
           lambda: float(cycles("lorenz").parameter[-1])),
    Answer("fluid dynamics", "Lorenz, rho = 28: first Lyapunov exponent", SPROTT, 0.9056, 2e-3,
           lambda: float(lorenz_spectrum().exponents[0])),
    Answer("fluid dynamics", "Lorenz, rho = 28: second Lyapunov exponent", SPROTT, 0.0, 2e-3,
           lambda: float(lorenz_spectrum().exponents[1])),
    Answer("fluid dynamics", "Lorenz, rho = 28: third Lyapunov exponent", SPROTT, -14.572, 2e-3,
           lambda: float(lorenz_spectrum().exponents[2])),
    Answer("fluid dynamics", "Lorenz, rho = 28: sum of the exponents", closed("-41/3"), -41 / 3,
           1e-9, lambda: float(np.sum(lorenz_spectrum().exponents))),
    Answer("electronics", "van der Pol, mu = 1: period", URABE, 6.6632868593231, 1e-10,
           lambda: van_der_pol(1).period),
    Answer("electronics", "van der Pol, mu = 1: amplitude", URABE, 2.0086198608748, 1e-10,
           lambda: van_der_pol(1).highest["x"]),
    Answer("electronics", "van der Pol, mu = 10: period", URABE, 19.078369566939, 1e-9,
           lambda: van_der_pol(10).period),
    Answer("chemistry", "Brusselator, A = 1: Hopf point, B", closed("1 + A^2"), 2.0, 1e-10,
           value("brusselator 1", "H1")),
    Answer("chemistry", "Brusselator, A = 1: first Lyapunov coefficient", KUZNETSOV, -1 / 2, 1e-9,
           coefficient("brusselator 1", "H1")),
    Answer("chemistry", "Brusselator, A = 2: Hopf point, B", closed("1 + A^2"), 5.0, 1e-10,
           value("brusselator 2", "H1")),
    Answer("chemistry", "Brusselator, A = 2: first Lyapunov coefficient", KUZNETSOV, -1 / 6, 1e-9,
           coefficient("brusselator 2", "H1")),
    Answer("ecology", "Rosenzweig-MacArthur: Hopf point, K", closed("(1 + d)/(1 - d)"), 3.0, 1e-10,
           value("rosenzweig", "H1")),
    Answer("ecology", "Rosenzweig-MacArthur: first Lyapunov coefficient", closed("-sqrt(6)/10"),
           -math.sqrt(6) / 10, 1e-9, coefficient("rosenzweig", "H1")),
    Answer("neuroscience", "FitzHugh-Nagumo: lower Hopf point, I", FITZHUGH, 0.331281337455, 1e-10,
           value("fitzhugh", "H1")),
    Answer("neuroscience", "FitzHugh-Nagumo: upper Hopf point, I", FITZHUGH, 1.418718662545, 1e-10,
           value("fitzhugh", "H2")),
    Answer("neuroscience", "FitzHugh-Nagumo: both are subcritical", FITZHUGH, 2, 0,
           lambda: sum(each.description == "subcritical" for each in branches("fitzhugh").points)),
    Answer("chemistry", "exothermic reaction, p2 = 18: lower fold, p1", closed("2 exp(-3)"),
           2 * math.exp(-3), 1e-10, value("reaction 18", "F1")),
    Answer("chemistry", "exothermic reaction, p2 = 18: upper fold, p1", closed("exp(-1.5)/2"),
           math.exp(-1.5) / 2, 1e-10, value("reaction 18", "F2")),
    Answer("chemistry", "exothermic reaction, p2 = 14: Hopf point, p1", DOEDEL,
           0.165042045324, 1e-10,
           value("reaction 14", "H1")),
    Answer("chemistry", "exothermic reaction, p2 = 14, p1 = 1/4: period", DOEDEL, 2.22034189, 1e-8,
           lambda: periodic_orbit(zoo.exothermic_reaction(), params={"p1": 0.25, "p2": 14}).period),
    Answer("normal forms", "Bogdanov-Takens point on the Hopf curve, beta2", KUZNETSOV, 0.0, 1e-10,
           codimension_two("takens on hopf", 0)),
    Answer("normal forms", "Bogdanov-Takens point on the fold curve, beta2", KUZNETSOV, 0.0, 1e-10,
           codimension_two("takens on fold", 0)),
    Answer("normal forms", "Hopf curve: largest gap to beta1 = beta2^2", KUZNETSOV, 0.0, 1e-10,
           largest_gap_to_the_parabola),
    # ---- more of our own choice
    Answer("control engineering", "feedback control: Hopf point, alpha", closed("1/beta"), 1.0,
           1e-10, value("control", "H1")),
    Answer("control engineering", "feedback control: period doubling, alpha", MATCONT,
           0.630302, 1e-6,
           cycle("control", "PD1")),
    Answer("control engineering", "feedback control: period there", MATCONT, 6.364071, 1e-6,
           lambda: cycles("control")["PD1"].period),
    Answer("surface chemistry", "CO oxidation: first Hopf point, q2", MANUAL, 1.051558, 1e-6,
           value("monoxide", "H2")),
    Answer("surface chemistry", "CO oxidation: first Lyapunov coefficient there", DIGITS,
           210.897652671105, 1e-6, coefficient("monoxide", "H2")),
    Answer("surface chemistry", "CO oxidation: first fold, q2", MANUAL, 1.042049, 1e-6,
           value("monoxide", "F1")),
    Answer("surface chemistry", "CO oxidation: second fold, q2", MANUAL, 1.052200, 1e-6,
           value("monoxide", "F2")),
    Answer("surface chemistry", "CO oxidation: second Hopf point, q2", MANUAL, 1.040991, 1e-6,
           value("monoxide", "H1")),
    Answer("surface chemistry", "CO oxidation: first Lyapunov coefficient here", DIGITS,
           73.2813612370635, 1e-6, coefficient("monoxide", "H1")),
    Answer("neuroscience", "Morris-Lecar: lower Hopf point, I", RINZEL, 93.86, 5e-3,
           value("morris", "H1")),
    Answer("neuroscience", "Morris-Lecar: upper Hopf point, I", RINZEL, 212.0, 5e-2,
           value("morris", "H2")),
    Answer("neuroscience", "Morris-Lecar: lower fold of cycles, I", RINZEL, 88.3, 5e-2,
           cycle("morris", "LPC1")),
    Answer("ecology", "spruce budworm: cusp, k", f"Ludwig et al. 1978; {closed('3 sqrt(3)')}",
           3 * math.sqrt(3), 1e-9, codimension_two("cusp", 1)),
    Answer("ecology", "spruce budworm: cusp, r", f"Ludwig et al. 1978; {closed('3 sqrt(3)/8')}",
           3 * math.sqrt(3) / 8, 1e-10, codimension_two("cusp", 0)),
    Answer("gene regulation", "gene switch: fold, a", f"{STROGATZ}, section 8.1", 0.5, 1e-10,
           value("gene", "F1")),
    Answer("physiology", "glycolysis, a = 0.08: lower Hopf point, b", f"{STROGATZ}, section 7.3",
           math.sqrt((1 - 0.16 - math.sqrt(1 - 0.64)) / 2), 1e-10, value("glycolysis", "H1")),
    Answer("physiology", "glycolysis, a = 0.08: upper Hopf point, b", f"{STROGATZ}, section 7.3",
           math.sqrt((1 - 0.16 + math.sqrt(1 - 0.64)) / 2), 1e-10, value("glycolysis", "H2")),
    Answer("chemistry", "chlorine dioxide, a = 10: Hopf point, b", f"{STROGATZ}, section 8.3",
           3.5, 1e-10, value("chlorine", "H1")),
    Answer("nonlinear science", "Roessler, c = 5.7: shortest cycle, period", CHAOS,
           5.88108845586, 1e-9,
           lambda: roessler_cycle(1).period),
    Answer("nonlinear science", "Roessler, c = 5.7: its unstable multiplier", CHAOS,
           -2.403953527, 1e-8,
           lambda: float(roessler_cycle(1).multipliers[0].real)),
    Answer("nonlinear science", "Roessler, c = 5.7: second cycle, period", CHAOS,
           11.7586260717, 1e-9,
           lambda: roessler_cycle(2).period),
    Answer("nonlinear science", "Roessler, c = 5.7: its unstable multiplier", CHAOS,
           -3.512006980, 1e-8,
           lambda: float(roessler_cycle(2).multipliers[0].real)),
    Answer("normal forms", "Bautin: fold of cycles, mu", closed("-g^2/4"), -0.25, 1e-8,
           cycle("bautin", "LPC1")),
    Answer("normal forms", "Bautin: generalised Hopf point, g", closed("0"), 0.0, 1e-9,
           codimension_two("bautin", 1)),
    Answer("normal forms", "torus: Neimark-Sacker point, mu", closed("0"), 0.0, 1e-9,
           cycle("torus", "NS1")),
    Answer("normal forms", "forked cycle: branch point of cycles, mu", closed("0"), 0.0, 1e-9,
           cycle("forked", "BPC1")),
    Answer("normal forms", "zero-Hopf point, b1", KUZNETSOV, 0.0, 1e-9,
           codimension_two("zero-hopf", 1)),
    Answer("normal forms", "two oscillators: Hopf-Hopf point, m2", closed("0"), 0.0, 1e-9,
           codimension_two("hopf-hopf", 1)),
)  # fmt: skip


def table() -> str:
    """Return all answers as a table in text."""
    rows = [("field", "what", "computed", "known", "difference", "tolerance", "holds", "source")]
    for each in ANSWERS:
        found = each.compute()
        gap = abs(found - each.value)
        rows.append((
            each.field, each.what, f"{found:.13g}", f"{each.value:.13g}", f"{gap:.1e}",
            f"{each.tolerance:g}", "yes" if gap <= each.tolerance else "NO", each.source,
        ))  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


if __name__ == "__main__":
    print(table())
