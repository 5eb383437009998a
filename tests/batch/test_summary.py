"""What a run came to, in words, on a page and in a picture; figures are those of the store."""

import io
import re
import struct
from html.parser import HTMLParser
from pathlib import Path

import pytest
from matplotlib import image

from batch import chart, page
from batch.pipeline import REASONS
from batch.run import Outcome
from batch.summary import Summary, headline, labels, lines, numbers, summary, table, told
from store.database import Database
from store.reviews import Chunk, Group, Reject, Rejected, Reviews
from tests.store.test_reviews import review

OUTCOME = Outcome("p1", 5, 4, 1, 4, 5, 0, 2.0, {}, False, [], [])
GROUPS = [
    Group("es", "positive", 70, 60, 10), Group("es", "negative", 30, 10, 20),
    Group("en", "positive", 200, 150, 50), Group(None, None, 7, 0, 7),
]  # fmt: skip
FOUND = Summary(
    OUTCOME, "reviews.db", GROUPS, {"unsure": 80, "language-unknown": 7}, {"the text is empty": Rejected(1, "a.csv", 4)}
)


def test_the_table_is_by_language_and_label():
    """The largest language first, all at the end, rows without one called unknown."""
    assert table(GROUPS) == [
        ["language", "negative", "positive", "none", "reviews", "reliable", "needs review"],
        ["en", "0", "200", "0", "200", "150", "50 (25 %)"],
        ["es", "30", "70", "0", "100", "70", "30 (30 %)"],
        ["unknown", "0", "0", "7", "7", "0", "7 (100 %)"],
        ["all", "30", "270", "7", "307", "220", "87 (28 %)"],
    ]


def test_one_language_is_all():
    """And has no second row."""
    assert [row.language for row in lines(GROUPS[:2])] == ["es"]


def test_it_asks_the_store(database: Database):
    """A review with two reasons counts for each; rejects by what their reasons have in common, with the first place."""
    reviews = Reviews(database, "p1")
    doubtful = [
        review(n, needs_review=True, reliable=False, reasons=r) for n, r in ((1, "unsure too-short"), (2, "unsure"))
    ]
    bad = [Reject(8, "no UTF-8 at byte 1,005"), Reject(9, "no text"), Reject(10, "no UTF-8 at byte 7")]
    reviews.save(Chunk("s", "b.csv", 0, 6), [review(0), *doubtful], bad)
    reviews.save(Chunk("t", "a.csv", 0, 1), [], [Reject(70, "no UTF-8 at byte 9")])
    found = summary(OUTCOME, "reviews.db", reviews)
    assert found.doubts == {"unsure": 2, "too-short": 1}
    assert found.rejects == {"no UTF-8": Rejected(3, "a.csv", 70), "no text": Rejected(1, "b.csv", 9)}
    assert list(found.rejects) == ["no UTF-8", "no text"]
    assert found.groups == [Group("es", "positive", 3, 1, 2)]


def test_the_three_numbers_are_told():
    """As an equation when they agree."""
    assert numbers(OUTCOME, "reviews.db") == [
        "5 rows done in 2 s, 2 a second; 0 were there already",
        "rows in 5 = stored 4 + rejected 1",
    ]


def test_the_slowest_stage_comes_first():
    """With the rows a second that a process does there; a run that had nothing to do has no rates."""
    busy = OUTCOME._replace(stages={"classify": 0.5, "translate": 2.0})
    assert numbers(busy, "")[1] == "rows a second and process: translate 2, classify 10"
    assert numbers(busy._replace(done=0), "") == numbers(OUTCOME._replace(done=0), "")


def test_numbers_that_do_not_agree_are_told():
    """With what is missing."""
    wrong = OUTCOME._replace(stored=3, missing=["a.csv: rows 4 to 5 are not in the store"])
    assert numbers(wrong, "")[1:] == [
        "a.csv: rows 4 to 5 are not in the store",
        "rows in 5, stored 3, rejected 1: they do not agree",
    ]


def test_a_run_that_was_stopped_says_what_to_do():
    """And claims no numbers of the whole."""
    lines_told = numbers(OUTCOME._replace(stopped=True, done=2), "reviews.db")
    assert lines_told[-1] == "stopped; what was done is in reviews.db, and the same command does the rest"
    assert not any("rows in" in line for line in lines_told)


def test_reasons_are_told_with_their_meaning():
    """In words."""
    assert f"80  unsure: {REASONS['unsure']}" in told(FOUND)
    assert "1  the text is empty; first in a.csv, line 4" in told(FOUND)


def test_what_one_looks_for_first():
    """Reviews, how many can be trusted, how many are doubtful, and what was rejected."""
    assert headline(FOUND) == "307 reviews, 220 (72 %) reliable, 87 (28 %) need a review, 1 rejected rows"


class Cells(HTMLParser):
    """The tables of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, _: object) -> None:
        if tag == "tr":
            self.rows.append([])
        self._inside = tag in ("td", "th")
        if self._inside:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag not in ("td", "th")


def test_the_page_holds_the_numbers(tmp_path: Path):
    """All of the table, and both lists."""
    page.write(tmp_path / "new", "reviews", FOUND)
    text = (tmp_path / "new/reviews.html").read_text()
    rows = Cells(text).rows
    assert rows[: len(table(GROUPS))] == table(GROUPS)
    assert ["unsure", "80", REASONS["unsure"]] in rows
    assert ["the text is empty", "1", "a.csv, line 4"] in rows
    assert "rows in 5 = stored 4 + rejected 1" in text
    assert re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", text) == [
        ("reviews", "307"), ("reliable", "220 (72&nbsp;%)"), ("need a review", "87 (28&nbsp;%)"), ("rejected rows", "1")
    ]  # fmt: skip
    assert "prefers-color-scheme: dark" in text
    assert [path.name for path in (tmp_path / "new").iterdir() if path.name.startswith(".")] == []


def test_missing_rows_stand_at_the_top(tmp_path: Path):
    """Before the picture."""
    page.write(tmp_path, "a", FOUND._replace(outcome=OUTCOME._replace(missing=["a.csv: rows 4 to 5 are lost"])))
    text = (tmp_path / "a.html").read_text()
    assert text.index('<p class="wrong">a.csv: rows 4 to 5 are lost</p>') < text.index("<figure")


def test_nothing_of_the_data_is_markup(tmp_path: Path):
    """A label, a file's name or a language that looks like it is shown as it is."""
    odd = "<script>x</script>"
    groups = [Group(odd, odd, 1, 1, 0)]
    page.write(
        tmp_path, "a", FOUND._replace(groups=groups, where=odd, rejects={odd: Rejected(1, odd, 1)}, doubts={odd: 1})
    )
    assert odd not in (tmp_path / "a.html").read_text()


@pytest.mark.parametrize(
    "groups",
    [
        GROUPS,
        [],
        [Group("es", f"label {n}", n + 1, n, 1) for n in range(200)],
        [Group(f"l{n}", "positive", 10_000_000 + n, 1, 1) for n in range(60)],
    ],
    ids=["usual", "nothing", "two hundred labels", "sixty languages"],
)
def test_a_picture_of_anything(groups: list[Group]):
    """A PNG with colours in it, and an SVG with the words as text."""
    png, svgs = chart.draw(FOUND._replace(groups=groups))
    width, height = struct.unpack(">II", png[16:24])
    assert (width, 300 <= height <= 1700) == (1800, True)
    pixels = image.imread(io.BytesIO(png))
    assert pixels[..., :3].std() > 0.01
    for name in labels(groups):
        assert f">{name}</text>" in svgs[0], "the legend tells the label's colour"
    for svg, title in zip(svgs, ("Labels by language", "Reliable", "Why rows need a review"), strict=True):
        assert title in svg
        assert svg.startswith("<svg")
        assert svg.rstrip().endswith("</svg>")
        assert "#000000" not in svg, "it has the colour of the text around it"
