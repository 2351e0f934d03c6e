"""Where trajectories go: Lyapunov exponents, basins, shocks that are not withstood."""

from mirrorsys.analysis.attractors._basins import basins
from mirrorsys.analysis.attractors._lyapunov import lyapunov_spectrum
from mirrorsys.analysis.attractors._lyapunov_results import LyapunovSpectrum
from mirrorsys.analysis.attractors._manifolds import manifolds
from mirrorsys.analysis.attractors._minimal_shock import minimal_shock

__all__ = ["LyapunovSpectrum", "basins", "lyapunov_spectrum", "manifolds", "minimal_shock"]
