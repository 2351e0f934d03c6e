"""Random numbers by counting: the same number for the same place, whoever computes it.

Philox4x32-10 [1]_ turns a key (the seed) and a counter (step, stream) into 128 bits
that look random; two normal numbers are made of them by Wichura's approximation AS 241 of
the inverse of the normal distribution, exact to 1e-16 [2]_. So the noise of a member does not
depend on how members are shared among lanes, chunks or machines.

`normals` is the reference in NumPy; `normal_pair` writes the same as machine code. They
agree to the last digits: the logarithm in the tails is computed in two ways.

References
----------
.. [1] J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011).
.. [2] M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution",
   Applied Statistics 37 (1988) 477-484.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["AS241", "PHILOX", "normals", "philox"]

Array = NDArray[np.float64]
Words = NDArray[np.uint64]

ROUNDS = 10
# Multipliers, and the constants by which the key grows from round to round.
PHILOX = ((0xD2511F53, 0xCD9E8D57), (0x9E3779B9, 0xBB67AE85))
LOW = 0xFFFFFFFF
STEP = 2.0**-52  # so that a half more than a whole number of them is exact
# Numerator and denominator in the middle, in the tails, and far out; lowest power first.
# fmt: off
AS241 = {
    "middle": (
        (3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3,
         1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
         3.3430575583588128105e4, 2.5090809287301226727e3),
        (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
         2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
         5.2264952788528545610e3),
    ),
    "tail": (
        (1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
         3.64784832476320460504, 1.27045825245236838258, 2.41780725177450611770e-1,
         2.27238449892691845833e-2, 7.74545014278341407640e-4),
        (1.0, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
         1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
         1.05075007164441684324e-9),
    ),
    "far": (
        (6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
         2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
         2.71155556874348757815e-5, 2.01033439929228813265e-7),
        (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
         1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
         1.42151175831644588870e-7, 2.04426310338993978564e-15),
    ),
}
# fmt: on


def philox(counter: tuple[Words, Words, Words, Words], key: int) -> tuple[Words, ...]:
    """Return four words of 32 bits for each counter of four such words."""
    c0, c1, c2, c3 = (np.asarray(each, dtype=np.uint64) & np.uint64(LOW) for each in counter)
    k0, k1 = key & LOW, (key >> 32) & LOW
    (m0, m1), (w0, w1) = PHILOX
    shift, low = np.uint64(32), np.uint64(LOW)
    for _ in range(ROUNDS):
        p0, p1 = c0 * np.uint64(m0), c2 * np.uint64(m1)
        c0, c1, c2, c3 = (
            (p1 >> shift) ^ c1 ^ np.uint64(k0), p1 & low,
            (p0 >> shift) ^ c3 ^ np.uint64(k1), p0 & low,
        )  # fmt: skip
        k0, k1 = (k0 + w0) & LOW, (k1 + w1) & LOW
    return c0, c1, c2, c3


def normals(seed: int, stream: ArrayLike, step: ArrayLike, n: int) -> Array:
    """Return n independent standard normal numbers for each stream and step.

    Parameters
    ----------
    seed : int
        From 0 to 2**64 - 1.
    stream, step : array_like of int
        Broadcast against each other.
    n : int

    Returns
    -------
    ndarray, shape (n, ...)
    """
    streams, steps = np.broadcast_arrays(
        np.asarray(stream, dtype=np.uint64), np.asarray(step, dtype=np.uint64)
    )
    found = []
    for pair in range((n + 1) // 2):
        counter = (steps, steps >> np.uint64(32) | np.uint64(pair << 16), streams,
                   streams >> np.uint64(32))  # fmt: skip
        words = philox(counter, seed)
        found += [_normal(words[0], words[1]), _normal(words[2], words[3])]
    return np.array(found[:n])


def _normal(high: Words, low: Words) -> Array:
    """Return a normal number from 52 of 64 random bits."""
    bits = (high << np.uint64(20)) ^ (low >> np.uint64(12))
    uniform = (bits.astype(float) + 0.5) * STEP
    q = uniform - 0.5
    middle = _ratio("middle", 0.180625 - q * q) * q
    with np.errstate(all="ignore"):
        r = np.sqrt(-np.log(np.minimum(uniform, 1.0 - uniform)))
    outside = np.where(r <= 5.0, _ratio("tail", r - 1.6), _ratio("far", r - 5.0))
    return np.asarray(np.where(np.abs(q) <= 0.425, middle, np.copysign(outside, q)))


def _ratio(region: str, r: Array) -> Array:
    above, below = (np.polynomial.polynomial.polyval(r, c) for c in AS241[region])
    return np.asarray(above / below)
