"""The one bridge from symbols to arrays and machine code."""

from mirrorsys.kernels._backend import backend_in_use, processor
from mirrorsys.kernels._kernel import Kernel, expression_function, kernel, vector_field

__all__ = ["Kernel", "backend_in_use", "expression_function", "kernel", "processor", "vector_field"]
