"""How results answer to parameters: near a set of values, and over ranges."""

from mirrorsys.analysis.sensitivities._equilibrium_sensitivity import equilibrium_sensitivity
from mirrorsys.analysis.sensitivities._global_sensitivity import global_sensitivity
from mirrorsys.analysis.sensitivities._sensitivity import sensitivity

__all__ = ["equilibrium_sensitivity", "global_sensitivity", "sensitivity"]
