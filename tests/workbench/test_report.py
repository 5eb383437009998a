"""Pictures and the page that holds them."""

from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest

from workbench import metrics, plots, report
from workbench.errors import StorageError
from workbench.metrics import Interval
from workbench.permutation import Luck

PNG = b"\x89PNG\r\n\x1a\n"
SCORE = metrics.judge(["a", "b", "b", "c"] * 9, ["a", "b", "c", "c"] * 9, ["a", "b", "c"])


def test_the_same_numbers_give_the_same_picture():
    """PNG without a date inside, and another one for other numbers."""
    first = plots.confusion(SCORE)
    assert first.startswith(PNG)
    assert first == plots.confusion(SCORE)
    assert first != plots.confusion(metrics.judge(["a"], ["b"], ["a", "b", "c"]))


def test_labels_of_every_kind_can_be_drawn():
    """Many labels, long ones, ones that no font has or that look like formulas."""
    labels = [f"label {n}" for n in range(40)] + ["$x_{1", "क्रोध", "a" * 200, "<b>"]
    many = metrics.judge(labels, labels, labels)
    for draw in (plots.confusion, plots.classes):
        assert draw(many).startswith(PNG)


def test_luck_and_arcs_are_drawn():
    """Also where an item has no middle, and a label no item."""
    found = Luck(0.6, 0.05, 3, 0.3, 0.4, (0.3, 0.2, 0.4))
    assert plots.luck(found, Interval(0.6, 0.4, 0.8), Interval(1 / 3, 1 / 3, 1 / 3)).startswith(PNG)
    columns = {f"{third}_sad": [0.1, 0.2, value] for third, value in (("first", 0.3), ("middle", None), ("last", 0.5))}
    features = pa.table({"item": ["x", "y", "z"], **columns})
    assert plots.arcs(features, {"x": "comedy", "z": "comedy", "y": "tragedy"}, ["sad"]).startswith(PNG)


class Reader(HTMLParser):
    """What a page refers to, and its cells."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]


def test_a_page_needs_nothing_else(tmp_path: Path):
    """Every picture is inside; no script, and no address of anywhere; texts of the data cannot become tags."""
    sections = [
        report.Section(
            "Confusion",
            ["Read <b>down</b>."],
            [["label", "n"], ["<script>x</script>", "1"]],
            plots.confusion(SCORE),
            'a "b"',
        ),
        report.Section("Nothing"),
    ]
    paths = report.write(str(tmp_path / "new" / "folder"), "emotion", "Emotion & more", sections)
    assert [Path(path).name for path in paths] == ["emotion.html", "emotion-1.png"]
    reader = Reader()
    reader.feed(Path(paths[0]).read_text())
    assert [address[:22] for address in reader.addresses] == ["data:image/png;base64,"]
    assert {"script", "b", "link"} & set(reader.tags) == set()
    assert Path(paths[1]).read_bytes() == sections[0].picture
    assert len(list(Path(paths[0]).parent.iterdir())) == 2


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    """As where a file stands in its place."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file"):
        report.write(str(tmp_path / "file"), "x", "X", [])
