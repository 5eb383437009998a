"""Features of media items from the labels of their texts, as one expression: computed beside the predictions.

Of each item, from its texts in order, for each label of the emotion model:

    texts, score, reliable    how many texts, the mean score of their labels, the share that is reliable
    share_<label>             of the texts that have this label
    mean_<label>              of its probability over all texts
    spread_<label>            its standard deviation (of the population)
    first_, middle_, last_    its mean over each third of the item: the arc; missing where a third has no text

One row an item travels, however many texts it has; every engine gives the same numbers to the last bit. Left out:
asking it within a budget (`queries`), learning from it (`media_model`).
"""

from collections.abc import Mapping
from typing import Any

import ibis

from .expressions import mean, share, spread

THIRDS = ("first", "middle", "last")


def features(predictions: Any, scores: Mapping[str, str], model: str, source: str) -> Any:
    """The expression over a table of predictions; `scores` maps each label to the column of its probability.

    Texts are in the order of `position`, then of `text_id`. Text number k of n is in the second third from 3k >= n on,
    and in the last from 3k >= 2n on.
    """
    chosen = predictions.filter(predictions.model == model, predictions.source == source)
    columns = {f"probability_{n}": chosen[column] for n, column in enumerate(scores.values())}
    order = [chosen.position.asc(nulls_first=True), chosen.text_id]
    numbered = chosen.select(
        "item", "label", "score", "reliable", **columns,
        thrice=ibis.row_number().over(group_by=chosen.item, order_by=order).cast("int64") * 3,
        texts=chosen.item.count().over(group_by=chosen.item).cast("int64"),
    )  # fmt: skip
    third = ibis.cases((numbered.thrice < numbered.texts, 0), (numbered.thrice < numbered.texts * 2, 1), else_=2)
    placed = numbered.mutate(third=third)
    return placed.group_by("item").agg(**_figures(placed, scores)).order_by("item")


def names(labels: Mapping[str, str]) -> list[str]:
    """The columns of the result after `item`, in their order.

    >>> names({"sad": "score_0"})[3:]
    ['share_sad', 'mean_sad', 'spread_sad', 'first_sad', 'middle_sad', 'last_sad']
    """
    kinds = ("share", "mean", "spread", *THIRDS)
    return ["texts", "score", "reliable", *(f"{kind}_{label}" for label in labels for kind in kinds)]


def _figures(placed: Any, scores: Mapping[str, str]) -> dict[str, Any]:
    figures = {"texts": placed.count().cast("int64"), "score": mean(placed.score), "reliable": share(placed.reliable)}
    for number, label in enumerate(scores):
        probability = placed[f"probability_{number}"]
        figures[f"share_{label}"] = share(placed.label == label)
        figures[f"mean_{label}"] = mean(probability)
        figures[f"spread_{label}"] = spread(probability)
        for at, third in enumerate(THIRDS):
            figures[f"{third}_{label}"] = mean(ibis.ifelse(placed.third == at, probability, ibis.null("float64")))
    return figures
