"""The media classifier: what it learns, beside what the majority and luck give."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

from workbench import media_model as media
from workbench.errors import ColumnError, JoinError, LabelError, SubsetError

GENRES = ("comedy", "history", "tragedy")


def made(count: int = 36, tells: float = 3.0, seed: int = 0) -> tuple[pa.Table, pa.Table]:
    """Features of items, the first of which tells the genre by `tells` deviations; and the truth."""
    source = np.random.default_rng(seed)
    items = [f"play {n:02}" for n in range(count)]
    genre = np.arange(count) % 3
    told = genre * tells + source.normal(0, 1, count)
    features = pa.table({"item": items, "texts": source.integers(100, 900, count), "mean_happy": told})
    return features, pa.table({"item": items, "label": [GENRES[n] for n in genre]})


def test_what_can_be_learnt_is_found_beyond_luck():
    """Features that tell the label reach far above the majority's third, and no shuffled labels come near."""
    found = media.cross_validate(media.dataset(*made()), repeats=2, rounds=19)
    assert found.score.balanced_accuracy.value > 0.75
    assert found.majority.balanced_accuracy.value == pytest.approx(1 / 3)
    assert found.luck is not None
    assert found.luck.p == 0.05  # the least that 19 rounds can show
    assert found.luck.highest < found.score.balanced_accuracy.value


def test_what_cannot_be_learnt_is_not_found():
    """Features without a meaning stay within what luck reaches."""
    found = media.cross_validate(media.dataset(*made(tells=0.0)), repeats=2, rounds=19)
    assert found.luck is not None
    assert found.luck.p > 0.05
    assert found.score.balanced_accuracy.low < 1 / 3 < found.score.balanced_accuracy.high


def test_the_majority_is_scikit_learns_dummy():
    """On the same folds the baseline is DummyClassifier's."""
    features, truth = made(30)
    genres = np.where(np.arange(30) < 12, "comedy", truth["label"].to_numpy(zero_copy_only=False))
    data = media.dataset(features, pa.table({"item": truth["item"], "label": genres}))
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=4)
    dummy = cross_val_predict(DummyClassifier(), data.rows, data.labels, groups=data.groups, cv=folds)
    found = media.cross_validate(data, repeats=1, rounds=0, seed=4)
    assert found.majority.balanced_accuracy.value == pytest.approx(balanced_accuracy_score(data.labels, dummy))


def test_the_same_seed_gives_the_same_figures():
    """Whoever measures again gets the same digits."""
    data = media.dataset(*made())
    first, again = (media.cross_validate(data, kind="network", repeats=1, rounds=0, seed=2) for _ in range(2))
    assert first.score.balanced_accuracy == again.score.balanced_accuracy
    assert first.given == again.given


def test_groups_stay_together():
    """Items of one series are never on both sides, which here leaves nothing that could be learnt."""
    features, truth = made(36, tells=0.0)
    series = [f"series {n // 6}" for n in range(36)]
    told = pa.array([float(n // 6) for n in range(36)])  # tells the series, and by it the genre
    genre = [GENRES[n // 6 % 3] for n in range(36)]
    features = features.set_column(2, "mean_happy", told)
    truth = pa.table({"item": truth["item"], "label": genre, "series": series})
    apart = media.cross_validate(media.dataset(features, truth, group="series"), folds=2, repeats=1, rounds=0)
    mixed = media.cross_validate(media.dataset(features, truth), folds=2, repeats=1, rounds=0)
    assert apart.score.balanced_accuracy.value < mixed.score.balanced_accuracy.value


def test_each_fold_is_judged_and_all_items_are_given_a_label():
    """The folds' rows add up to all items."""
    found = media.cross_validate(media.dataset(*made()), folds=4, repeats=1, rounds=0)
    assert sum(fold.rows for fold in found.by_fold) == len(found.given) == 36
    assert (np.sum([fold.matrix for fold in found.by_fold], axis=0) == found.score.matrix).all()


def test_labels_are_those_of_the_model():
    """Every item gets its most probable label, with all probabilities, as the store takes them."""
    features, truth = made()
    model = media.train(media.dataset(features, truth))
    labelled = media.label(model, features)
    assert labelled.column_names == ["item", "text_id", "label", "score", *GENRES]
    assert np.mean(np.array(labelled["label"].to_pylist()) == np.array(truth["label"].to_pylist())) > 0.85
    sums = np.sum([labelled[name].to_numpy() for name in GENRES], axis=0)
    assert sums == pytest.approx(np.ones(36))
    assert media.label(model, features.slice(0, 0)).num_rows == 0


def test_items_of_one_side_only_are_counted():
    """Neither a label without features nor features without a label is an error, or forgotten."""
    features, truth = made()
    found = media.dataset(features.slice(4), truth.slice(0, 30))
    assert (len(found.items), found.without_truth, found.without_features) == (26, 6, 4)


def test_bad_input_is_named():
    """Missing columns, text among the features, an item twice, two labels, nothing in common."""
    features, truth = made()
    with pytest.raises(ColumnError, match="'genre'"):
        media.dataset(features, truth, label="genre")
    with pytest.raises(ColumnError, match="'title': expected numbers, found string"):
        media.dataset(features.append_column("title", features["item"]), truth)
    with pytest.raises(ColumnError, match="'item'"):
        media.dataset(features.drop_columns(["item"]), truth)
    with pytest.raises(JoinError, match="72 rows of 36"):
        media.dataset(pa.concat_tables([features, features]), truth)
    other = pa.table({"item": ["play 00"], "label": ["tragedy"]})
    with pytest.raises(LabelError, match="'comedy' and 'tragedy'"):
        media.dataset(features, pa.concat_tables([truth, other]))
    with pytest.raises(SubsetError, match="0 rows"):
        media.dataset(features, pa.table({"item": ["a"], "label": ["comedy"]}))


def test_one_class_and_three_rows_are_refused():
    """Before anything is fitted."""
    features, truth = made()
    comedies = truth.filter(pa.compute.equal(truth["label"], "comedy"))
    with pytest.raises(LabelError, match="1 class"):
        media.cross_validate(media.dataset(features, comedies))
    with pytest.raises(SubsetError, match="1 rows, expected 5 items"):
        media.cross_validate(media.dataset(features, truth.slice(0, 3)))
