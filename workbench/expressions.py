"""The spellings that mean the same on every engine: the same rows, the same counts, the same float64 to the last bit.

    word(t.text, "joy")        share(t.label == "joy")     mean(t.score)    spread(t.score)    total(t.score)
    bucket(t.length, 10)       fold(t.item, 5, seed=1)     rounded(t.x, 2)  correlation(t.a, t.b)
    top(t, "label", 10)        quantiles(t, "score", [0.25, 0.5])           approximate_quantile(t.score, 0.5)

Sums of floats depend on the order in which an engine adds; so these add whole numbers: a value is rounded half up to
`digits` decimals first. An engine that cannot hold such a number says so, none gives another one.
NaN counts as missing. Left out: the text language of `--where` (`language`).
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import ibis

from .engines.lowered import bytewise, exact, hash60
from .errors import ExpressionError

SEPARATORS = "\t\n\r !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u00a0¡¿«»–—‘’“”„…、。"  # noqa: RUF001  # as texts have them
"""What stands between words. Every other character beyond ASCII counts as part of a word."""
_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_PLAIN = str.maketrans(_UPPER + SEPARATORS, _LOWER + " " * len(SEPARATORS))
_WHOLE = "decimal(38, 0)"
_DIGITS = range(16)
_MILLION = 1_000_000
_INT64 = 9.2e18
"""Below 2^63."""


def lower(text: Any) -> Any:
    """The text with A-Z as a-z: other letters stay, as a database of the C locale knows no others."""
    return text.translate(_UPPER, _LOWER)


def word(text: Any, wanted: str) -> Any:
    r"""Whether a word, or words with one separator between, stand in a text; capitals of A-Z do not count.

    By a pattern of nothing but characters, sets and a blank at both ends, which every engine reads alike: `\b` matches
    nothing on PostgreSQL, `$` is before a line end in Java, and what `(?i)` and `\w` take differs.
    Raises: ExpressionError for a word without a letter or digit.
    """
    parts = wanted.translate(_PLAIN).split()
    if not parts or not text.type().is_string():
        raise ExpressionError(f"word({wanted!r})", "a text column and a word are needed", "write word(text, 'joy')")
    between = "[" + "".join(f"\\{one}" if one in "\\]^-[" else one for one in SEPARATORS) + "]"
    letters = ["".join(f"[{c}{c.upper()}]" if c in _LOWER else c for c in part) for part in parts]
    pattern = between + between.join(letters) + between
    return (ibis.literal(" ") + text + ibis.literal(" ")).re_search(pattern)


def share(condition: Any) -> Any:
    """The part of the rows where it is true, of those where it is known; float64, null where none is."""
    held = ibis.cases((condition, 1), else_=0).sum().cast("float64")
    return ibis.cases((condition.isnull(), None), (condition, 1), else_=0).count().pipe(lambda n: held / _above_0(n))


def total(values: Any, digits: int = 9) -> Any:
    """The sum, float64; of floats to `digits` decimals each."""
    return exact(_whole(values, digits).sum()) / _power(values, digits)


def mean(values: Any, digits: int = 9) -> Any:
    """The mean, float64, null of no rows; of floats to `digits` decimals each."""
    whole = _whole(values, digits)
    return exact(whole.sum()) / _above_0(whole.count()) / _power(values, digits)


def spread(values: Any, digits: int = 6) -> Any:
    """The standard deviation of the population, float64, null of no rows; of floats to `digits` decimals each."""
    whole = _whole(values, digits)
    return _square(whole, whole).sqrt() / _above_0(whole.count()) / _power(values, digits)


def correlation(left: Any, right: Any, digits: int = 6) -> Any:
    """Pearson's, float64, of the rows where both are known; null where one of them has one value only."""
    both = known(left).notnull() & known(right).notnull()
    a, b = (_whole(ibis.ifelse(both, one, ibis.null(one.type())), digits) for one in (left, right))
    scale = _square(a, a).sqrt() * _square(b, b).sqrt()
    return _square(a, b) / ibis.ifelse(scale > 0, scale, ibis.null("float64"))


def rounded(values: Any, digits: int) -> Any:
    """To `digits` decimals, half up (2.5 is 3, -2.5 is -2), float64: engines differ in `round`."""
    power = float(10 ** _checked(digits))
    return _floor(known(values.cast("float64")) * power + 0.5).cast("float64") / power


def bucket(values: Any, width: int) -> Any:
    """The greatest multiple of `width` that is not above a whole number, int64."""
    if width < 1 or not values.type().is_integer():
        raise ExpressionError(f"bucket(…, {width})", "whole numbers and a width above 0 are needed", "cast them first")
    of = values.cast("int64")
    return of - ((of % width) + width) % width


def fold(item: Any, folds: int, seed: int = 0) -> Any:
    """A number from 0 to below `folds` for each item, int64, equal to `fold_of`."""
    if folds < 2 or not item.type().is_string():
        raise ExpressionError(f"fold(…, {folds})", "a text column and two folds are needed", "write fold(item, 5)")
    return hash60(item + ibis.literal(str(seed))) % folds


def fold_of(item: str, folds: int, seed: int = 0) -> int:
    """What `fold` gives, in Python: the first 60 bits of SHA-256 of item and seed, modulo the folds.

    >>> [fold_of(item, 5, seed=1) for item in ("hamlet", "macbeth")]
    [3, 4]
    """
    return int(sha256(f"{item}{seed}".encode()).hexdigest()[:15], 16) % folds


def missing(values: Any) -> Any:
    """How many rows have no value; NaN is none."""
    return ibis.cases((known(values).isnull(), 1), else_=0).sum().cast("int64")


def distinct(values: Any) -> Any:
    """How many different values there are."""
    return known(values).nunique()


def top(table: Any, column: str, count: int) -> Any:
    """The most frequent values as a table (`value` as text, `n`), ties by the value's bytes; null is a value."""
    counted = table.group_by(value=table[column].cast("string")).agg(n=lambda t: t.count())
    return counted.order_by(ibis.desc("n"), "value").limit(count)


def quantiles(table: Any, column: str, wanted: Sequence[float]) -> Any:
    """Exact: one row with a column `q0.25` for each part of `wanted`, to six decimals, float64, null of no values.

    It is the smallest value that at least so large a part of the known values is not above. By ranks in one sort,
    with whole numbers alone, as Athena has approximations only and 0.7 * 10 is above 7.
    """
    there = table.select(value=known(table[column]).cast("float64")).filter(lambda t: t.value.notnull())
    rank = ibis.row_number().over(order_by=there.value).cast("float64").cast("int64") + 1  # Spark's has 32 bits
    ranked = there.mutate(rank=rank, n=there.value.count().over())
    found = {}
    for q in wanted:
        if not 0 <= q <= 1:
            raise ExpressionError(f"quantile {q}", "it is no part", "give one from 0 to 1")
        millionths = round(q * _MILLION)
        is_last = (ranked.rank * _MILLION >= ranked.n * millionths) & (
            (ranked.rank - 1) * _MILLION < ranked.n * millionths
        )
        found[quantile_name(q)] = ranked.value.min(where=is_last if millionths else ranked.rank == 1)
    return ranked.agg(**found)


def quantile_name(q: float) -> str:
    """The column of a quantile.

    >>> quantile_name(0.25), quantile_name(1)
    ('q0.25', 'q1')
    """
    return f"q{q:g}"


def approximate_quantile(values: Any, q: float) -> Any:
    """Each engine's own approximation: not equal between engines, not to be compared; cheap on 100 GB."""
    return values.approx_quantile(q)


def _whole(values: Any, digits: int) -> Any:
    """Whole numbers of 38 digits: the values themselves, or times 10^digits."""
    kind = values.type()
    if kind.is_boolean():
        return ibis.cases((values, 1), (~values, 0)).cast(_WHOLE)
    if kind.is_integer():
        return values.cast("int64").cast(_WHOLE)
    if not kind.is_numeric():
        raise ExpressionError(values.get_name(), f"{kind} is no number", "name a column of numbers")
    scaled = known(values.cast("float64")) * float(10 ** _checked(digits))
    return _floor(scaled + 0.5).cast(_WHOLE)


def _floor(values: Any) -> Any:
    """As int64; what does not fit is an error, as in a cast: Spark's floor would give the nearest that fits."""
    return ibis.cases((values.abs() < _INT64, values.floor().cast("int64")), else_=values.cast("int64"))


def _power(values: Any, digits: int) -> float:
    kind = values.type()
    return 1.0 if kind.is_integer() or kind.is_boolean() else float(10**digits)


def _square(a: Any, b: Any) -> Any:
    """The sum of products times n, less the product of the sums: n^2 times the covariance, float64."""
    return exact(a.count().cast(_WHOLE) * (a * b).sum() - a.sum() * b.sum())


def _above_0(count: Any) -> Any:
    return count.nullif(0).cast("float64")


def known(values: Any) -> Any:
    """The values with null for NaN."""
    return ibis.ifelse(values.isnan(), ibis.null(values.type()), values) if values.type().is_floating() else values


def _checked(digits: int) -> int:
    if digits not in _DIGITS:
        raise ExpressionError(f"digits={digits}", "a number of decimals", "give one from 0 to 15")
    return digits


__all__ = [
    "approximate_quantile", "bucket", "bytewise", "correlation", "distinct", "fold", "fold_of", "known", "lower",
    "mean", "missing", "quantiles", "rounded", "share", "spread", "top", "total", "word",
]  # fmt: skip
