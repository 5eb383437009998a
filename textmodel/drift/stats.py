"""Two histograms of one field compared: how far apart they are, and whether that can be chance.

The standard library alone; the tests hold every figure against SciPy's. Left out: verdicts (`report`).
"""

from collections.abc import Sequence
from math import exp, inf, lgamma, log, sqrt
from typing import NamedTuple

SMOOTHING = 0.5
"""Added to each bucket's count before shares are taken, so that an empty one has a logarithm (Jeffreys' prior)."""
LEAST_EXPECTED = 5.0
"""Chi-square's approximation holds where every cell expects this many (Cochran, Biometrics 10, 1954)."""
_Z_95 = 1.959963984540054


class Distance(NamedTuple):
    """How far one field's live answers are from the baseline's."""

    psi: float
    chi_square: float
    degrees: int
    p_value: float
    cramers_v: float


def distance(baseline: Sequence[int], live: Sequence[int]) -> Distance:
    """The distance of two lists of counts, bucket by bucket; buckets too rare to judge are first put together."""
    pairs = pooled(baseline, live)
    old, new = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    statistic, degrees = chi_square(old, new)
    return Distance(psi(old, new), statistic, degrees, chi_square_p(statistic, degrees), cramers_v(old, new))


def psi(baseline: Sequence[int], live: Sequence[int]) -> float:
    """The population stability index: the sum of (q - p) ln(q / p) over the smoothed shares p and q.

    Source: N. Siddiqi, Credit Risk Scorecards (2006), chapter 8; the symmetric Kullback-Leibler divergence.

    >>> psi([50, 50], [50, 50]), round(psi([500, 500], [800, 200]), 3)
    (0.0, 0.415)
    """
    old, new = _shares(baseline, SMOOTHING), _shares(live, SMOOTHING)
    return sum((q - p) * log(q / p) for p, q in zip(old, new, strict=True))


def chi_square(baseline: Sequence[int], live: Sequence[int]) -> tuple[float, int]:
    """Pearson's statistic of homogeneity and its degrees of freedom; both rows are samples, the baseline too.

    >>> chi_square([30, 10], [10, 30])
    (20.0, 1)
    """
    totals, whole = (sum(baseline), sum(live)), sum(baseline) + sum(live)
    columns = [column for column in zip(baseline, live, strict=True) if any(column)]
    if not all(totals):
        return 0.0, 0
    statistic = sum(
        (found - total * sum(column) / whole) ** 2 / (total * sum(column) / whole)
        for column in columns
        for found, total in zip(column, totals, strict=True)
    )
    return statistic, len(columns) - 1


def cramers_v(baseline: Sequence[int], live: Sequence[int]) -> float:
    """Cramér's V of the two rows at equal weight, from 0, the same shares, to 1, nothing in common.

    At equal weight, so that it tells the same of a thousand answers and of a million beside one baseline:
    V² = ½ Σ (p - q)² / (p + q).

    >>> cramers_v([10, 0], [0, 7]), cramers_v([1, 1], [5, 5])
    (1.0, 0.0)
    """
    old, new = _shares(baseline), _shares(live)
    return sqrt(sum((p - q) ** 2 / (p + q) for p, q in zip(old, new, strict=True) if p + q) / 2)


def pooled(baseline: Sequence[int], live: Sequence[int]) -> list[tuple[int, int]]:
    """The buckets, the rarest merged with the smaller of its neighbours until each expects LEAST_EXPECTED in both rows.

    >>> pooled([1, 50, 50, 0], [0, 20, 20, 1])
    [(51, 20), (50, 21)]
    """
    columns = [column for column in zip(baseline, live, strict=True) if any(column)]
    smaller = min(sum(baseline), sum(live)) / max(sum(baseline) + sum(live), 1)
    while len(columns) > 1:
        rarest = min(range(len(columns)), key=lambda n: sum(columns[n]))
        if sum(columns[rarest]) * smaller >= LEAST_EXPECTED:
            break
        beside = [n for n in (rarest - 1, rarest + 1) if 0 <= n < len(columns)]
        other = min(beside, key=lambda n: sum(columns[n]))
        first, second = sorted((rarest, other))
        columns[first : second + 1] = [(columns[first][0] + columns[second][0], columns[first][1] + columns[second][1])]
    return columns


def chi_square_p(statistic: float, degrees: int) -> float:
    """The probability of at least this statistic by chance: Q(degrees / 2, statistic / 2).

    >>> round(chi_square_p(3.841458820694124, 1), 9), chi_square_p(5.0, 0)
    (0.05, 1.0)
    """
    return upper_gamma(degrees / 2, statistic / 2) if degrees > 0 else 1.0


def upper_gamma(a: float, x: float) -> float:
    """The regularised upper incomplete gamma function Q(a, x), a > 0, x >= 0.

    Series for x < a + 1, else Lentz's continued fraction; Press et al., Numerical Recipes (2007), section 6.2.
    """
    if x <= 0:
        return 1.0
    scale = exp(a * log(x) - x - lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        n = a
        while abs(term) > abs(total) * 1e-16:
            n += 1
            term *= x / n
            total += term
        return max(0.0, 1 - total * scale)
    return scale * _fraction(a, x) if scale else 0.0


def _fraction(a: float, x: float) -> float:
    """The continued fraction of Q(a, x), by Lentz's method."""
    b = x + 1 - a
    c, d = inf, 1 / b
    value, n = d, 0
    while n < 10_000:
        n += 1
        factor = -n * (n - a)
        b += 2
        d = 1 / (factor * d + b)
        c = b + factor / c
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, JASA 22, 1927); honest also near 0 and 1 and for few trials.

    >>> [round(limit, 4) for limit in wilson(9, 10)], wilson(0, 0)
    ([0.5958, 0.9821], (0.0, 1.0))
    """
    if not trials:
        return 0.0, 1.0
    share, z2 = successes / trials, _Z_95**2
    middle = share + z2 / (2 * trials)
    reach = _Z_95 * sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    return max(0.0, (middle - reach) / (1 + z2 / trials)), min(1.0, (middle + reach) / (1 + z2 / trials))


def _shares(counts: Sequence[int], extra: float = 0.0) -> list[float]:
    total = sum(counts) + extra * len(counts) or 1.0
    return [(count + extra) / total for count in counts]
