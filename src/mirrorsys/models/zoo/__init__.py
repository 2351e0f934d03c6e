"""Published models of the same family, and classics of dynamical systems, one file each.

Each function builds a `System` with the source of its equations, and with unit, range,
meaning and source of every parameter. Ranges and boxes are ours: they say where the
model may be explored, not what was measured. What a source says "from memory" about was
not checked against the paper.
"""

from collections.abc import Callable

from mirrorsys._system import System
from mirrorsys.models.zoo._bistable_mood import bistable_mood
from mirrorsys.models.zoo._bogdanov_takens import bogdanov_takens
from mirrorsys.models.zoo._brusselator import brusselator
from mirrorsys.models.zoo._co_regulation import co_regulation
from mirrorsys.models.zoo._coupled_oscillators import coupled_oscillators
from mirrorsys.models.zoo._cusp import cusp
from mirrorsys.models.zoo._exothermic_reaction import exothermic_reaction
from mirrorsys.models.zoo._fitzhugh_nagumo import fitzhugh_nagumo
from mirrorsys.models.zoo._hebbian_link import hebbian_link
from mirrorsys.models.zoo._laura_and_petrarch import laura_and_petrarch
from mirrorsys.models.zoo._linear_relationship import linear_relationship
from mirrorsys.models.zoo._lorenz import lorenz
from mirrorsys.models.zoo._marital_interaction import marital_interaction
from mirrorsys.models.zoo._mini_panic import mini_panic
from mirrorsys.models.zoo._panic_disorder import panic_disorder
from mirrorsys.models.zoo._rosenzweig_macarthur import rosenzweig_macarthur
from mirrorsys.models.zoo._secure_couple import secure_couple
from mirrorsys.models.zoo._shunting import shunting
from mirrorsys.models.zoo._two_actor_tanh import two_actor_tanh
from mirrorsys.models.zoo._van_der_pol import van_der_pol

__all__ = [
    "ALL",
    "bistable_mood",
    "bogdanov_takens",
    "brusselator",
    "co_regulation",
    "coupled_oscillators",
    "cusp",
    "exothermic_reaction",
    "fitzhugh_nagumo",
    "hebbian_link",
    "laura_and_petrarch",
    "linear_relationship",
    "lorenz",
    "marital_interaction",
    "mini_panic",
    "panic_disorder",
    "rosenzweig_macarthur",
    "secure_couple",
    "shunting",
    "two_actor_tanh",
    "van_der_pol",
]

ALL: tuple[Callable[[], System], ...] = (
    linear_relationship,
    co_regulation,
    secure_couple,
    coupled_oscillators,
    marital_interaction,
    two_actor_tanh,
    bistable_mood,
    mini_panic,
    panic_disorder,
    laura_and_petrarch,
    hebbian_link,
    shunting,
    lorenz,
    brusselator,
    van_der_pol,
    fitzhugh_nagumo,
    rosenzweig_macarthur,
    cusp,
    bogdanov_takens,
    exothermic_reaction,
)
