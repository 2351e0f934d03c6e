"""What a system does in the long run: equilibria and their stability."""

from mirrorsys.analysis._equilibria import Certificate, Equilibrium, equilibria

__all__ = ["Certificate", "Equilibrium", "equilibria"]
