"""The tables contradict themselves nowhere, hold nothing needless, and mean what they match."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from textmodel.finance import polarity, vocabulary
from textmodel.finance.polarity import ALARM, CLASSES, COMFORT, CONCERN, NEUTRAL, PRAISE, STEMS
from textmodel.finance.vocabulary import BLACK, DOWN, GOOD_WHEN_UP, NEGATIONS, RED, SUBJECT_OF, SUBJECTS, UP
from textmodel.finance.words import _OPEN_STEM, read_word

STEM_TABLES = {"praise": PRAISE, "comfort": COMFORT, "alarm": ALARM, "concern": CONCERN, "": NEUTRAL}


def _texts(module: object) -> list[str]:
    """The literal tables of a module as they are written, each as one text."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    strings = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [text for text in strings if text.startswith("\n    ")]


@pytest.mark.parametrize("module", [polarity, vocabulary])
def test_each_word_is_written_once_and_small(module: object):
    """No table names a word twice, and all are lower case."""
    tables = _texts(module)
    assert len(tables) >= 5
    for table in tables:
        assert [word for word, count in Counter(table.split()).items() if count > 1] == []
        assert table == table.lower()


def test_every_word_of_a_table_is_one_token():
    """A word that the scan would part is never found."""
    from textmodel.finance.scan import token_pattern

    for word in {*UP, *DOWN, *SUBJECT_OF, *STEMS, *BLACK, *RED, *vocabulary.TURNS, *vocabulary.MONTHS}:
        assert token_pattern(word).findall(word + " ")[0].rstrip("-") == word.rstrip("-")


def test_up_is_not_down_and_moves_are_no_subjects():
    """A word is a verb of one direction, or a subject of one class, or a negation."""
    assert not UP & DOWN
    assert not (UP | DOWN) & set(SUBJECT_OF)
    assert not (UP | DOWN | set(SUBJECT_OF)) & NEGATIONS
    assert len(SUBJECT_OF) == sum(map(len, SUBJECTS.values()))
    assert set(GOOD_WHEN_UP) == set(SUBJECTS)
    assert not BLACK & RED


def test_a_stem_is_in_one_class():
    """No stem praises and alarms."""
    assert len(STEMS) == sum(map(len, STEM_TABLES.values()))
    assert set(STEMS.values()) == {*CLASSES, ""}


@pytest.mark.parametrize("tone", STEM_TABLES)
def test_no_stem_is_needless(tone: str):
    """A stem that begins with a shorter open one is there to say something else than that."""
    needless = []
    for stem in STEM_TABLES[tone]:
        shorter = [stem[:end] for end in range(_OPEN_STEM, len(stem)) if stem[:end] in STEMS]
        if shorter and STEMS[shorter[-1]] == tone:
            needless.append(stem)
        if tone == "" and not shorter:
            needless.append(stem)  # nothing to keep a word from
    assert needless == []


def test_verbs_and_tones_do_not_contradict():
    """What goes up is no alarm, and what goes down no praise."""
    assert [word for word in UP if read_word(word).tone in ("alarm", "concern")] == []
    assert [word for word in DOWN if read_word(word).tone in ("praise", "comfort")] == []
    assert [word for word in NEGATIONS if read_word(word).tone] == []


NO_NEWS = """
    mission missions missile Mississippi Missouri fellow fellowship newspaper newsletter failover saver topic topics
    software softwood goods goodwill quite Quito
    securities security joint jointly smartphone smartphones fireplace firewall successor succession successive surgery
    surgical surgeon confidential confidentiality recorded recording shuttle freezer gluten dragon thriller
    courthouse courtyard courtesy tank tanks tanker tankers cutlery banker bank banks bandwidth starfish window winter
    wind topaz suede allowance renewable renewables trustee accelerator cooler cloud natural naturally lead-free
    lead-time swing Allegro Allegheny allegiance Brighton Warner Winston beatles bestow cancer Scandinavia hitherto
    hits badge lagoon wonder wondering cute buyer population contracted contrast
""".split()  # noqa: SIM905  # a table of words reads best as text


@pytest.mark.parametrize("word", NO_NEWS)
def test_words_that_only_begin_like_news(word: str):
    """A word that begins with a stem but means something else has no tone."""
    assert read_word(word).tone == ""


GOOD_NEWS = "awards beats best-selling boosted climbed delighted exceeds flawless granted jumped optimistic profitable"
BAD_NEWS = (
    "accused bankruptcy bans crises cuts delays fails fallen fined missed missing poorly sued suing tanked warned"
)


@pytest.mark.parametrize("word", GOOD_NEWS.split())
def test_good_news_by_itself(word: str):
    """Every form of a word of praise is one."""
    assert read_word(word).tone == "praise"


@pytest.mark.parametrize("word", BAD_NEWS.split())
def test_bad_news_by_itself(word: str):
    """Every form of a word of alarm is one, or moves a subject down."""
    assert read_word(word).tone == "alarm" or read_word(word).motion == "down"
