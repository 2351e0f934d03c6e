"""What a system does in the long run: equilibria and their stability; sudden gains of scores."""

from mirrorsys.analysis._equilibria import equilibria
from mirrorsys.analysis._index import IndexCheck
from mirrorsys.analysis._results import Certificate, Equilibria, Equilibrium, Undecided
from mirrorsys.analysis._spectrum import Eigenvalue
from mirrorsys.analysis._sudden_gains import sudden_gains

__all__ = [
    "Certificate",
    "Eigenvalue",
    "Equilibria",
    "Equilibrium",
    "IndexCheck",
    "Undecided",
    "equilibria",
    "sudden_gains",
]
