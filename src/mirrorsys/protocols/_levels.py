"""How strong the stressors of the protocols are: one table, all values assumed.

`STRESSORS` says what each is; `LEVELS` is its value by name.
"""

from __future__ import annotations

from mirrorsys._system import Parameter

__all__ = ["LEVELS", "STRESSORS"]

_RANGE = (0.0, 10.0)


def _level(name: str, value: float, meaning: str) -> Parameter:
    return Parameter(name, value, range=_RANGE, symbol="s", meaning=meaning, source="assumed")


STRESSORS: tuple[Parameter, ...] = (
    _level("client_life", 0.066, "everyday stress of a client"),
    _level("helper_life", 0.03, "everyday stress of a carer or therapist"),
    _level("adult_life", 0.08, "a demanding adult life"),
    _level("recall", 0.98, "a painful memory called up in a session"),
    _level("practice", 0.5, "a worry called up on purpose in home practice"),
    _level("upset", 0.8, "what upsets an infant"),
    _level("aftermath", 0.04, "what is left of it afterwards"),
    _level("still_face", 0.2, "a familiar face that does not answer"),
    _level("test", 0.5, "a lone stressor, as in a laboratory"),
)
LEVELS: dict[str, float] = {level.name: level.value for level in STRESSORS}
