"""Feedback joined to answers: whatever their order, each id once, and only where it is clear what was answered."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.textmodel.drift.logs import LABELS, MODEL
from textmodel import histogram
from textmodel.drift.entries import Answer, Feedback
from textmodel.drift.joined import Counts, Join

if TYPE_CHECKING:
    from collections.abc import Iterable

Entry = Answer | Feedback


def answer(request_id: str | None, label: str, model: str = MODEL, texts: int = 1) -> Answer:
    return Answer(model, histogram.of([(label, 0.9, 0.9, 50)] * texts), request_id, 0.0)


def counts(entries: Iterable[Entry]) -> Counts | None:
    join = Join(LABELS)
    for entry in entries:
        if isinstance(entry, Answer):
            join.answer(entry, ours=entry.model == MODEL)
        else:
            join.feedback(entry)
    found = join.counts()
    join.close()
    return found


def expected(entries: list[Entry]) -> Counts:
    """The same by dictionaries, the obvious way."""
    latest: dict[str, Feedback] = {}
    for entry in entries:
        if isinstance(entry, Feedback) and (
            entry.request_id not in latest or (entry.time or 0) >= (latest[entry.request_id].time or 0)
        ):
            latest[entry.request_id] = entry
    answered: dict[str, set[tuple[str, bool]]] = {}
    for entry in entries:
        if isinstance(entry, Answer) and entry.request_id and histogram.size(entry.histogram) == 1:
            answered.setdefault(entry.request_id, set()).add(
                (next(iter(entry.histogram["label"])), entry.model == MODEL)
            )
    table = [[0] * len(LABELS) for _ in LABELS]
    others = ambiguous = unmatched = 0
    for request_id, feedback in latest.items():
        kinds = answered.get(request_id, set())
        unmatched += not kinds
        ambiguous += len(kinds) > 1
        if len(kinds) == 1:
            ((label, ours),) = kinds
            others += not ours
            if ours:
                table[LABELS.index(feedback.label)][LABELS.index(label)] += 1
    received = sum(isinstance(entry, Feedback) for entry in entries)
    return Counts(tuple(map(tuple, table)), received, received - len(latest), unmatched, others, ambiguous)


IDS = st.sampled_from([f"r{n}" for n in range(6)])
ENTRIES = st.lists(
    st.builds(answer, IDS | st.none(), st.sampled_from(LABELS), st.sampled_from([MODEL, "other"]), st.integers(1, 2))
    | st.builds(Feedback, IDS, st.sampled_from(LABELS), st.none() | st.integers(0, 5).map(float)),
    max_size=25,
)


@settings(max_examples=300)
@given(entries=ENTRIES)
def test_the_join_is_that_of_dictionaries(entries: list[Entry]):
    """Whatever comes in whatever order, the database counts as the obvious way does."""
    found = counts(entries)
    assert found == (expected(entries) if any(isinstance(entry, Feedback) for entry in entries) else None)


def test_the_order_of_lines_does_not_matter():
    """Feedback long before its answer, in another file, or long after: the same counts, over several writes of both."""
    rng = random.Random(3)
    entries: list[Entry] = [answer(f"r{n}", rng.choice(LABELS)) for n in range(30_000)]
    entries += [
        Feedback(f"r{n}", rng.choice(LABELS), float(n + 100_000 * turn)) for n in range(0, 40_000, 5) for turn in (0, 1)
    ]
    found = counts(entries)
    rng.shuffle(entries)
    assert counts(entries) == found == expected(entries)
    assert found
    assert (sum(map(sum, found.confusion)), found.replaced, found.unmatched) == (6000, 8000, 2000)


def test_the_latest_feedback_counts():
    """Of two the later one by its own time, also when it is read first."""
    entries = [answer("a", "neutral"), Feedback("a", "positive", 9.0), Feedback("a", "neutral", 2.0)]
    found = counts(entries)
    assert found
    assert found.confusion == ((0, 0, 0), (0, 0, 0), (0, 1, 0))
    assert found.replaced == 1


def test_a_label_of_another_model_is_refused():
    """What is no label of the model is not kept."""
    join = Join(LABELS)
    assert not join.feedback(Feedback("a", "good", 0.0))
    assert join.counts() is None
    join.close()
