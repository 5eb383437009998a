"""The stand-in for a token rule that the shipped artifact does not use has the shape of the shipped model."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.stand_in import known_share, model_of, stand_in
from benchmarks.texts import make
from textmodel import Model, load
from textmodel.tokens import RULES

TEXTS = make(50)


@pytest.fixture(scope="module")
def model(shipped: Path) -> Model:
    """The shipped model, of rule 1."""
    return load(root=str(shipped))


def test_the_rule_of_the_artifact_is_timed_on_the_artifact(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And only the other rule on a stand-in."""
    monkeypatch.setenv("UNDERTONE_ARTIFACTS", str(shipped))
    one, is_shipped = model_of(1)
    assert is_shipped
    assert one.artifact == load(root=str(shipped)).artifact
    other, is_shipped = model_of(2)
    assert not is_shipped
    assert other.artifact.token_rule == 2


@pytest.mark.parametrize("rule", sorted(RULES))
def test_it_has_the_shape_of_the_shipped_model(model: Model, rule: int) -> None:
    """As many different rows, and the same network: what a text costs depends on nothing else."""
    found = stand_in(model, rule, TEXTS).artifact
    assert len(set(found.terms)) == len(found.terms) == len(model.artifact.terms)
    assert found.layers == model.artifact.layers


@pytest.mark.parametrize("rule", sorted(RULES))
def test_it_knows_as_much_of_a_text_as_the_shipped_model(model: Model, rule: int) -> None:
    """A vocabulary that knew every term would add more rows than a trained one does."""
    assert known_share(stand_in(model, rule, TEXTS), TEXTS) == pytest.approx(known_share(model, TEXTS), abs=0.02)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_what_it_knows_is_most_frequent(model: Model, rule: int) -> None:
    """No term that it lacks is in more texts than one that it has."""
    counts = Counter(term for text in TEXTS for term in set(RULES[rule](text)))
    known = counts.keys() & set(stand_in(model, rule, TEXTS).artifact.terms)
    assert known
    assert min(counts[term] for term in known) >= max(counts[term] for term in counts.keys() - known)


def test_the_share_is_that_of_known_terms(model: Model) -> None:
    """Against a count by hand: of profit, rose and "profit rose" the pair of the tests knows all, of xyzzy none."""
    assert known_share(model, ["profit rose"]) == 1
    assert known_share(model, ["profit rose", "xyzzy"]) == 0.75
