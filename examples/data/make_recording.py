"""Make ``made_recording.csv``, a recording for those without the real one.

Nobody was recorded: a speaker of the model meets one upset after the other, and what others
would see of it, sampled every two seconds, is written as the rating of a dial from 0 (very
negative) to 5 (very positive). Samples are then taken away, in two stretches and singly, so
that there is something missing. Run it to write the file again; nothing in it is random.
"""

from pathlib import Path

import numpy as np
import pandas as pd

import mirrorsys as ms

SECONDS = 2
UPSETS = (  # minutes, stressor
    (2.0, 0.0), (1.0, 0.8), (3.0, 0.05), (2.0, 0.4), (2.0, 0.05),
    (0.7, 1.5), (3.3, 0.1), (1.5, 0.6), (3.5, 0.03),
)  # fmt: skip
MISSING_STRETCHES = ((170, 210), (640, 654))  # seconds
MISSING_SINGLY = (96, 388, 812, 970, 1102)  # seconds


def make_recording() -> pd.DataFrame:
    """Return the recording: columns ``time_s`` and ``dial``, a missing dial is NaN."""
    conversation = ms.Protocol(
        tuple(ms.Phase(minutes, {"stressor": level}, name="talk") for minutes, level in UPSETS),
        name="a speaker meets one upset after the other",
    )
    seconds = np.arange(0, round(conversation.duration * 60) + 1, SECONDS)
    run = ms.simulate(
        ms.models.carer("speaker"), protocol=conversation, times=np.minimum(seconds / 60, 19)
    )
    dial = 5 * (1 - run["expressed_distress"].values)
    for start, end in MISSING_STRETCHES:
        dial[(seconds >= start) & (seconds < end)] = np.nan
    dial[np.isin(seconds, MISSING_SINGLY)] = np.nan
    return pd.DataFrame({"time_s": seconds, "dial": dial.round(4)})


if __name__ == "__main__":
    make_recording().to_csv(
        Path(__file__).with_name("made_recording.csv"), index=False, lineterminator="\n"
    )
