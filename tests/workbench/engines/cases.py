"""The data and the expressions that every engine must answer with the same bits.

The rows are those that engines are known to disagree on: null, NaN, "", ties, negative numbers, capitals beyond ASCII,
quotes, line ends, texts whose order depends on a language.
"""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import ibis
import pyarrow as pa

from workbench import expressions as x
from workbench import language

WORDS = (
    "joy",
    "Joy!",
    "JOY",
    "enjoyed",
    "anger",
    "so good",
    "So  good",
    "naïve",
    "École",
    "don't",
    "joy's",
    "a\\b",
    '"joy"',
    "“joy”",
)
LABELS = ("happy", "angry", "sad", "Angry", "état", "zèle", "_x", "", None)


def rows(count: int = 400, seed: int = 7) -> pa.Table:
    """Texts of six plays and what is known of them."""
    rng = random.Random(seed)
    day, time = dt.date(2020, 2, 28), dt.datetime.fromisoformat("2020-02-28 23:59:59")
    scores = [0.5, 2.5, -2.5, 0.125, 1e-7, float("nan"), None, 0.1, 1 / 3]
    return pa.table(
        {
            "item": [f"play {i % 6}" for i in range(count)],
            "text": [
                None if i % 41 == 0 else " \n".join(rng.choices(WORDS, k=rng.randint(0, 5))) for i in range(count)
            ],
            "label": [rng.choice(LABELS) for _ in range(count)],
            "n": pa.array([None if i % 17 == 0 else rng.randint(-50, 50) for i in range(count)], pa.int32()),
            "big": [rng.randint(-(2**61), 2**61) for _ in range(count)],
            "score": [rng.choice(scores) if i % 3 else rng.random() for i in range(count)],
            "ok": [rng.choice([True, False, None]) for _ in range(count)],
            "day": [day + dt.timedelta(days=rng.randint(0, 800)) for _ in range(count)],
            "at": pa.array([time + dt.timedelta(microseconds=i) for i in range(count)], pa.timestamp("us")),
        }
    )


def truth() -> pa.Table:
    """A genre for five of the six plays, and for one that nobody reads."""
    return pa.table({"item": [f"play {i}" for i in (0, 1, 2, 3, 4, 9)], "genre": ["c", "h", "t", "c", None, "t"]})


def _where(text: str) -> Callable[..., Any]:
    return lambda t, _: t.filter(language.parse(text, t)).select("item", "at").order_by("at", "item")


def _by_item(**values: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda t, _: t.group_by("item").agg(**values).order_by("item")


CASES: dict[str, Callable[[Any, Any], Any]] = {
    "word": _by_item(n=lambda t: x.share(x.word(t.text, "joy"))),
    "word of two": _by_item(n=lambda t: x.share(x.word(t.text, "so good"))),
    "word with an apostrophe": _by_item(n=lambda t: x.share(x.word(t.text, "don't"))),
    "word beyond ASCII": _by_item(n=lambda t: x.share(x.word(t.text, "naïve"))),
    "share": _by_item(angry=lambda t: x.share(t.label == "angry"), ok=lambda t: x.share(t.ok)),
    "mean": _by_item(score=lambda t: x.mean(t.score), n=lambda t: x.mean(t.n), ok=lambda t: x.mean(t.ok)),
    "mean of great numbers": _by_item(big=lambda t: x.mean(t.big), total=lambda t: x.total(t.big)),
    "spread": _by_item(score=lambda t: x.spread(t.score), n=lambda t: x.spread(t.n)),
    "total": _by_item(score=lambda t: x.total(t.score), n=lambda t: x.total(t.n)),
    "correlation": _by_item(r=lambda t: x.correlation(t.score, t.n), none=lambda t: x.correlation(t.n, t.n * 0)),
    "missing": _by_item(score=lambda t: x.missing(t.score), label=lambda t: x.missing(t.label)),
    "distinct": _by_item(score=lambda t: x.distinct(t.score), label=lambda t: x.distinct(t.label)),
    "least and greatest": _by_item(a=lambda t: t.n.min(), b=lambda t: t.n.max(), c=lambda t: t.day.max()),
    "bucket": lambda t, _: t.group_by(b=x.bucket(t.n, 7)).agg(n=t.count()).order_by("b"),
    "rounded": lambda t, _: t.select("at", r=x.rounded(t.score, 0), s=x.rounded(t.score, 2)).order_by("at"),
    "fold": lambda t, _: t.select("item", f=x.fold(t.item, 5, seed=3)).distinct().order_by("item"),
    "top": lambda t, _: x.top(t, "label", 5),
    "quantiles": lambda t, _: x.quantiles(t, "score", [0.0, 0.1, 0.25, 0.5, 0.9, 1.0]),
    "quantiles of 2,256": lambda t, u: x.quantiles(t.cross_join(u.select(g=u.genre)), "n", [0.0, 0.3, 0.7, 1.0]),
    "order of texts": lambda t, _: t.select("label").distinct().order_by("label"),
    "order of texts, falling": lambda t, _: t.select("label").distinct().order_by(ibis.desc("label")),
    "first by text": lambda t, _: t.mutate(r=ibis.row_number().over(group_by="item", order_by=["label", "at"]))
    .filter(lambda t: t.r == 0)
    .select("item", "label", "at")
    .order_by("item"),
    "lower and length": lambda t, _: t.select("at", a=x.lower(t.text), b=t.text.length()).order_by("at"),
    "join": lambda t, u: t.join(u, "item").group_by("genre")
    .agg(n=lambda j: j.count(), m=lambda j: x.mean(j.score)).order_by("genre"),
    "left join": lambda t, u: t.left_join(u, "item").group_by("genre").agg(n=lambda j: j.count()).order_by("genre"),
    "filter by a list": _where("label in ('happy', '_x', '')"),
    "filter by not in a list": _where("label not in ('happy')"),
    "filter by a word": _where("word(text, 'joy') and length(text) > 12"),
    "filter by a part": _where("contains(text, '\\') or ends_with(text, '\"') or starts_with(text, 'É')"),
    "filter by the order of texts": _where("label > 'Z' and label <= 'sad'"),
    "filter by numbers": _where("n / 0 > 1 or n % 7 = -3 or score * 2 >= 1.0 and abs(n) < 9"),
    "filter by days": _where("day between date '2020-02-29' and date '2020-12-31' and not ok"),
    "filter by a time": _where("at < timestamp '2020-02-28 23:59:59.000100'"),
    "filter by null": _where("label is null or text is not null and ok is null"),
    "filter by fold": _where("fold(item, 4, 1) <> 2 and rounded(score, 1) = 0.5"),
    "filter by bucket": _where("bucket(n, 10) = -10"),
}  # fmt: skip
