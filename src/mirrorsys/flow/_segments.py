"""Segments: a protocol cut at its edges and where windows of outputs begin and end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from mirrorsys.flow.outputs import Output
from mirrorsys.protocols import Phase, Protocol, Recording

__all__ = ["Segment", "occurrences", "segments"]


@dataclass(frozen=True)
class Segment:
    """A stretch of one phase.

    Parameters
    ----------
    phase : Phase
        With the stretch's own duration; recordings begin with it. Its reset is empty
        unless the segment begins the phase.
    index : int
        Which phase of the protocol it belongs to.
    begin : float
        In the time of the run.
    phase_begin : float
        When its phase began.
    is_last : bool
        Whether it ends the phase.
    """

    phase: Phase
    index: int
    begin: float
    phase_begin: float
    is_last: bool

    @property
    def end(self) -> float:
        """When it ends, in the time of the run."""
        return self.begin + self.phase.duration

    def is_in(self, output: Output) -> bool:
        """Tell whether an output looks at this segment."""
        if output.phase is not None:
            return self.phase.name == output.phase
        if output.window is not None:
            low, high = output.window
            return low < self.begin / 2 + self.end / 2 < high
        return True


def segments(protocol: Protocol, outputs: Iterable[Output]) -> tuple[Segment, ...]:
    """Cut a protocol so that every window is a union of segments."""
    cuts = sorted({edge for output in outputs for edge in output.window or ()})
    return tuple(_segments(protocol, cuts))


def _segments(protocol: Protocol, cuts: list[float]) -> Iterator[Segment]:
    for index, (phase, begin) in enumerate(zip(protocol, protocol.edges, strict=False)):
        slack = 1e-9 * (begin + phase.duration)
        inside = [cut - begin for cut in cuts if slack < cut - begin < phase.duration - slack]
        ends = [*inside, phase.duration]
        for number, (start, end) in enumerate(zip([0.0, *inside], ends, strict=True)):
            part = phase if not inside else _part(phase, start, end, is_first=number == 0)
            yield Segment(part, index, begin + start, begin, is_last=number == len(inside))


def _part(phase: Phase, start: float, end: float, is_first: bool) -> Phase:
    inputs = {
        name: _later(value, start) if isinstance(value, Recording) else value
        for name, value in phase.inputs.items()
    }
    reset = phase.reset if is_first else {}
    return Phase(end - start, inputs, name=phase.name, reset=reset)


def _later(recording: Recording, start: float) -> Recording:
    """Return a recording as seen from a later beginning."""
    times = tuple((np.asarray(recording.times) - start).tolist())
    return Recording(times, recording.values, recording.n_missing, recording.label)


def occurrences(protocol: Protocol, name: str) -> dict[int, int]:
    """Return the phases of a name: their index in the protocol, and their number from 0."""
    indices = (index for index, phase in enumerate(protocol) if phase.name == name)
    found = {index: number for number, index in enumerate(indices)}
    if not found:
        names = list(dict.fromkeys(phase.name for phase in protocol))
        raise ValueError(f"an output asks for phases called {name!r}; there are {names}.")
    return found
