"""A chain of programs gives each text its own answer, whatever one of the texts does to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batch.engines.apertium.chain import LONGEST, Chain
from batch.engines.apertium.modes import read
from batch.engines.apertium.stream import Answer
from batch.engines.protocol import Failed
from batch.errors import EngineUnavailable

GOOD = Answer("muy bad", [])


@pytest.fixture
def chain(modes: Callable[..., Path]) -> Iterator[Chain]:
    """Three programs, which wait no longer than they must in a test."""
    made = Chain(read(modes() / "spa-eng.mode"), timeout_s=1.0)
    yield made
    made.close()


def test_many_texts_keep_their_order(chain: Chain):
    """A call of more bytes than all pipes hold comes back in order."""
    texts = [f"{number} " + "malo " * 20 for number in range(10_000)]
    expected = [Answer((f"{number} " + "bad " * 20).strip(), []) for number in range(10_000)]
    assert chain.translate(texts) == expected


def test_programs_are_started_once(chain: Chain):
    """One call after the other is answered by the same programs."""
    assert chain.process_ids == []
    chain.translate(["uno"])
    first = chain.process_ids
    assert chain.translate(["muy malo"]) == [GOOD]
    assert chain.process_ids == first
    assert len(first) == 3


@pytest.mark.parametrize(
    ("killer", "reason"),
    [
        ("crash", "stage stopped with -11"),
        ("leave", "stage stopped with 3"),
        ("sleep", "no answer within 1 s"),
        ("cut", "an answer that belongs to no text"),
        ("swallow", "no answer within 1 s"),
    ],
)
def test_a_text_that_breaks_the_chain_fails_alone(chain: Chain, killer: str, reason: str):
    """The texts before and behind it are answered."""
    expected = [GOOD, GOOD, Failed(reason), GOOD, GOOD, GOOD]
    assert chain.translate(["muy malo"] * 2 + [f"a {killer} b"] + ["muy malo"] * 3) == expected


def test_several_bad_texts(chain: Chain):
    """Each fails for itself, the first and the last too."""
    found = chain.translate(["crash", "muy malo", "crash", "crash", "muy malo", "leave"])
    expected = [False, True, False, False, True, False]
    assert [isinstance(answer, Answer) for answer in found] == expected


def test_a_null_too_many_moves_no_answer(chain: Chain):
    """An answer that is said twice is not taken for the next text's."""
    found = chain.translate(["uno", "twice", "dos", "muy malo"])
    expected = ["uno", "dos", "muy bad"]
    assert [found[0].text, found[2].text, found[3].text] == expected  # type: ignore[union-attr]


def test_a_text_that_is_too_long(chain: Chain):
    """It fails without being sent."""
    expected = [GOOD, Failed(f"longer than {LONGEST:,} characters"), GOOD]
    assert chain.translate(["muy malo", "x" * (LONGEST + 1), "muy malo"]) == expected


def test_programs_that_never_work(tmp_path: Path):
    """A chain that breaks on anything is told once, not text by text."""
    (tmp_path / "spa-eng.mode").write_text("false | cat")
    chain = Chain(read(tmp_path / "spa-eng.mode"), timeout_s=1.0)
    with pytest.raises(EngineUnavailable, match="apertium spa-eng does not work"):
        chain.translate(["uno", "dos"])
    assert chain.process_ids == []


def test_close_ends_all_programs(chain: Chain, is_running: Callable[[int], bool]):
    """None is left, and closing again is nothing."""
    chain.translate(["uno"])
    processes = chain.process_ids
    assert all(map(is_running, processes))
    chain.close()
    chain.close()
    assert not any(map(is_running, processes))


def test_programs_of_a_broken_chain_are_gone(chain: Chain, is_running: Callable[[int], bool]):
    """Restarting leaves none of the old programs."""
    chain.translate(["uno"])
    processes = chain.process_ids
    chain.translate(["sleep"])
    assert not any(map(is_running, processes))


def test_a_closed_chain_starts_again(chain: Chain):
    """Closing is no end for ever."""
    chain.translate(["uno"])
    chain.close()
    assert chain.translate(["muy malo"]) == [GOOD]
