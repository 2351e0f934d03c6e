"""Properties × systems: what `mirrorsys.testing` finds of our models, of published ones, of any."""

from __future__ import annotations

from typing import Any

from trust.properties._groups import measured_groups
from trust.properties._kept import forget, n_kept
from trust.properties._laws import measured_laws
from trust.properties._mirroring import measured_mirroring
from trust.properties._planted import measured_faults
from trust.properties._words import glance, section

__all__ = ["TITLE", "glance", "measure", "section"]

TITLE = "Properties of systems"


def measure() -> dict[str, Any]:
    """Run every property on every group of systems, then the laws, the planted faults and S12.

    What was kept by a measurement that was cut short is taken over.
    """
    found = {
        "taken_over": n_kept(),
        "groups": measured_groups(),
        "laws": measured_laws(),
        "faults": measured_faults(),
        "mirroring": measured_mirroring(),
    }
    forget()
    return found
