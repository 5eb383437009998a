"""What a person sees who drops a file: every kind, every oddity of tables, broken lines, ten thousand lines."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.app.page.screens import FALL, RISE, Screen

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.app.serving import Running

TEXTS = [RISE, FALL, "The meeting is on 4 April in Helsinki."]
QUOTED = 'He said: "Sales fell",\nthen left; 5 % of it\twas his.'


def table(rows: list[list[str]], **dialect: Any) -> str:
    out = io.StringIO()
    csv.writer(out, **dialect).writerows(rows)
    return out.getvalue()


def labels(server: Running, texts: list[str]) -> list[str]:
    """The service's own labels of texts."""
    answer = server.post("/predict/batch", json.dumps({"texts": texts}).encode())
    return [one["label"] for one in answer.json()["predictions"]]


def answers(rows: list[tuple[str, str, str]]) -> list[str]:
    return [answer.split(" ")[0] for _, _, answer in rows]


def numbered(texts: list[str]) -> list[list[str]]:
    return [[str(number), text, "x"] for number, text in enumerate(texts)]


HEAD = ["id", "review", "stars"]
FILES: dict[str, tuple[str, bytes | str, list[tuple[str, str]]]] = {
    "text": ("a.txt", "\n".join(TEXTS), [(str(n), text) for n, text in enumerate(TEXTS, 1)]),
    "text-crlf": ("a.TXT", "\r\n".join(["", *TEXTS, ""]), [(str(n), text) for n, text in enumerate(TEXTS, 2)]),
    "text-bom": ("a.txt", "\ufeff" + RISE, [("1", RISE)]),
    "text-utf16": ("a.txt", ("\ufeffÄ " + RISE).encode("utf-16-le"), [("1", f"Ä {RISE}")]),
    "text-windows": ("a.txt", f"Überschuß: {RISE}".encode("cp1252"), [("1", f"Überschuß: {RISE}")]),
    "jsonl": ("a.jsonl", f'{json.dumps(RISE)}\n{json.dumps({"text": FALL, "id": 7})}\n', [("1", RISE), ("2", FALL)]),
    "ndjson": ("a.ndjson", f'{{"id":1,"text":"{RISE}"}}\r\n\r\n', [("1", RISE)]),
    "csv": ("a.csv", table([HEAD, *numbered(TEXTS)]), [(str(n), text) for n, text in enumerate(TEXTS, 2)]),
    "csv-quotes": ("a.csv", table([HEAD, ["1", QUOTED, ""], ["2", RISE, ""]]), [("2", QUOTED), ("4", RISE)]),
    "csv-semicolons": ("a.csv", table([HEAD, *numbered([QUOTED])], delimiter=";"), [("2", QUOTED)]),
    "csv-tabs": ("a.tsv", table([HEAD, *numbered([QUOTED])], delimiter="\t"), [("2", QUOTED)]),
    "csv-bom": ("a.csv", "\ufeff" + table([["Text", "n"], [RISE, "1"]]), [("2", RISE)]),
    "csv-carriage-returns": ("a.csv", table([["neutral", TEXTS[2]], ["positive", RISE]], lineterminator="\r"),
                             [("1", TEXTS[2]), ("2", RISE)]),
    "csv-no-names": ("a.csv", table(numbered(TEXTS)), [(str(n), text) for n, text in enumerate(TEXTS, 1)]),
    "csv-one-column": ("a.csv", f"text\nSales fell, and so on.\n{RISE}\n",
                       [("2", "Sales fell, and so on."), ("3", RISE)]),
    "csv-unknown-names": ("a.csv", table([["a", "b"], *([str(n), text] for n, text in enumerate(TEXTS))]),
                          [(str(n), text) for n, text in enumerate(TEXTS, 2)]),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_is_read(screen: Screen, trained: Running, name: str) -> None:
    """Each text of a file stands in the table with its line and the service's own label."""
    file, content, expected = FILES[name]
    rows = screen.finish(file, content)
    assert [(line, text) for line, text, _ in rows] == expected
    assert answers(rows) == labels(trained, [text for _, text in expected])


BROKEN = {
    "jsonl": ("a.jsonl", f'"{RISE}"\nnot json\n{{"body": 1}}\nnull\n"{FALL}"\n',
              {"2": "expected JSON", "3": 'an object with "text"', "4": 'an object with "text"'}),
    "utf8": ("a.txt", f"Überschuß {RISE}\n".encode() + b"Sales \xff fell a lot.\n" + FALL.encode(),
             {"2": "expected UTF-8"}),
    "open-quote": ("a.csv", f'id,text\n1,"{RISE}"\n2,"Sales fell\n3,{FALL}\n', {"3": "a quote is not closed"}),
    "inner-quote": ("a.csv", f'id,text\n1,"{RISE}"\n2,"Sales "fell" again"\n3,{FALL}\n', {"3": "not doubled"}),
    "columns": ("a.csv", f"id,text\n1,{RISE}\n2,Sales fell, again\n3\n4,{FALL}\n",
                {"3": "expected 2 columns, found 3", "4": "expected 2 columns, found 1"}),
    "empty": ("a.csv", f"id,text\n1,{RISE}\n2,\n3,{FALL}\n", {"3": "holds no text"}),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_line_is_shown_in_its_place(screen: Screen, trained: Running, name: str) -> None:
    """What cannot be read is told with its line and the reason; the lines around it are answered."""
    file, content, broken = BROKEN[name]
    rows = screen.finish(file, content)
    told = {line: answer for line, _, answer in rows if answer.startswith("Not read: ")}
    assert list(told) == list(broken)
    assert all(reason in told[line] for line, reason in broken.items())
    good = [row for row in rows if row[0] not in told]
    assert answers(good) == labels(trained, [text for _, text, _ in good])
    assert len(good) == 2
    screen.at("filter").select_option("not read")
    assert [line for line, _, _ in screen.rows()] == list(broken)


def test_a_line_that_is_too_long_is_told(visit: Callable[..., Screen], serve: Callable[..., Running]) -> None:
    """Limits of the service are kept before it is asked: characters of a text, bytes and texts of a request."""
    server = serve(UNDERTONE_MAX_TEXT_CHARS="200", UNDERTONE_MAX_BATCH_TEXTS="3", UNDERTONE_MAX_BODY_BYTES="1000")
    screen = visit(server.url)
    sizes: list[tuple[int, int]] = []
    screen.page.on(
        "request",
        lambda request: (
            sizes.append((len(request.post_data_buffer), len(request.post_data_json["texts"])))
            if request.method == "POST"
            else None
        ),
    )
    emoji = "😀" * 150  # 200 characters of four bytes each
    rows = screen.finish("a.txt", "\n".join([*TEXTS, "x" * 201, *TEXTS, emoji, emoji, emoji]))
    assert rows[3][2] == "Not read: expected at most 200 characters, found 201"
    assert [line for line, _, answer in rows if answer.startswith("Not read")] == ["4"]
    assert len(sizes) > 1
    assert max(size for size, _ in sizes) <= 1000
    assert max(count for _, count in sizes) <= 3


def test_another_column_is_asked_anew(screen: Screen, trained: Running) -> None:
    """The guess may be wrong: the person chooses the column, and whether the first line holds names."""
    rows = [["title", "text"], [RISE, "x y z"], [FALL, "u v w"]]
    screen.finish("a.csv", table(rows))
    expect(screen.at("names")).to_be_checked()
    expect(screen.at("column")).to_have_value("1")
    screen.at("column").select_option("0")
    expect(screen.page.locator("#rows tr").first).to_contain_text(RISE)
    expect(screen.at("done")).to_have_text("2 of 2 answered")
    assert answers(screen.rows()) == labels(trained, [RISE, FALL])
    screen.at("names").uncheck()
    expect(screen.at("done")).to_have_text("3 of 3 answered")
    assert [text for _, text, _ in screen.rows()] == ["title", RISE, FALL]


def test_ten_thousand_lines(screen: Screen) -> None:
    """All are answered and counted, and the page holds no more rows than one page of the table."""
    texts = [f"{TEXTS[number % 3]} {number}" for number in range(10_000)]
    screen.page.evaluate(
        """() => { window.most = 0; new MutationObserver(() => {
             most = Math.max(most, document.querySelectorAll("#rows tr").length);
           }).observe(document.getElementById("rows"), { childList: true }); }"""
    )
    rows = screen.finish("many.txt", "\n".join(texts))
    expect(screen.at("done")).to_have_text("10,000 of 10,000 answered")
    expect(screen.at("shown")).to_have_text("1 to 50 of 10,000")
    counts = [
        int(told.split(" (")[0].replace(",", "")) for told in screen.page.locator("#spread .figure").all_inner_texts()
    ]
    assert sum(counts) == 10_000
    assert (len(rows), screen.page.evaluate("() => most")) == (50, 50)
    screen.at("on").click()
    expect(screen.at("shown")).to_have_text("51 to 100 of 10,000")
    assert screen.rows()[0][:2] == ("51", texts[50])
    assert len(list(csv.reader(io.StringIO(screen.download())))) == 10_001


def test_filters_show_what_they_say(screen: Screen) -> None:
    """By label, by doubt, and the lowest score first; the chart counts the same."""
    rows = screen.finish("a.txt", "\n".join([*TEXTS, "Sales fell.", "Up.", *TEXTS]))
    for label in ("negative", "neutral", "positive"):
        screen.at("filter").select_option(label)
        assert screen.rows() == [row for row in rows if row[2].startswith(label)]
        bar = screen.page.locator("#spread li", has_text=label).locator(".figure")
        expect(bar).to_have_text(f"{len(screen.rows())} ({100 * len(screen.rows()) / len(rows):.1f} %)")
    screen.at("filter").select_option("all")
    screen.at("doubtful").check()
    assert screen.rows() == [row for row in rows if "doubtful: " in row[2]]
    assert 0 < len(screen.rows()) < len(rows)
    screen.at("doubtful").uncheck()
    screen.at("lowest").check()
    scores = [float(answer.split(" ")[1]) for _, _, answer in screen.rows()]
    assert scores == sorted(scores)
    assert len(scores) == len(rows)


def test_the_download_holds_everything(screen: Screen, trained: Running) -> None:
    """A line a text, in the file's order: its own columns, then the answer as the service gave it, or the reason."""
    screen.finish("my reviews.csv", table([HEAD, ["1", QUOTED, "5"], ["2", "", "4"], ["3", RISE, "3"]]))
    found = list(csv.DictReader(io.StringIO(screen.download().removeprefix("\ufeff"))))
    served = trained.post("/predict/batch", json.dumps({"texts": [QUOTED, RISE]}).encode()).json()["predictions"]
    assert [row["review"] for row in found] == [QUOTED, "", RISE]
    assert [(row["line"], row["id"], row["stars"]) for row in found] == [
        ("2", "1", "5"),
        ("4", "2", "4"),
        ("5", "3", "3"),
    ]
    assert [row["error"] for row in found] == ["", "holds no text", ""]
    answered = [found[0], found[2]]
    assert [(row["label"], float(row["score"]), float(row["known"])) for row in answered] == [
        (one["label"], one["score"], one["known"]) for one in served
    ]
    assert [
        {label: float(row[f"score {label}"]) for label in one["scores"]}
        for row, one in zip(answered, served, strict=True)
    ] == [one["scores"] for one in served]


def test_no_cell_of_the_download_is_a_formula(screen: Screen) -> None:
    """A cell that a spreadsheet would take for a formula has an apostrophe in front, names and ids too."""
    formulas = [
        "=1+1 is what sales were",
        "+1 for the company",
        "-5 % sales in the year",
        "@SUM(A1) of sales",
        "\t=1+1 sales",
    ]
    screen.finish("a.csv", table([["=id", "text"], *([f"={n}", text] for n, text in enumerate(formulas))]))
    found = list(csv.reader(io.StringIO(screen.download().removeprefix("\ufeff"))))
    assert [cell for row in found for cell in row if cell[:1] in "=+-@\t\r" and cell] == []
    assert [row[2] for row in found[1:]] == [f"'{text}" for text in formulas]
    assert found[0][1] == "'=id"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.xlsx", b"PK\x03\x04", "Choose a .csv, .txt or .jsonl file."),
        ("a.csv", b"PK\x03\x04\x00\x00", "This is no text file."),
        ("a.txt", b"", "The file holds no line that can be read."),
        ("a.jsonl", b"\n\n", "The file holds no line that can be read."),
    ],
)
def test_a_file_that_is_none_is_told(screen: Screen, name: str, content: bytes, problem: str) -> None:
    """A wrong kind of file gets a sentence, and the next file is taken."""
    screen.drop(name, content)
    expect(screen.at("bulk-problem")).to_contain_text(problem)
    assert len(screen.finish("a.txt", RISE)) == 1
    expect(screen.at("bulk-problem")).to_be_empty()


def test_hostile_cells_are_text(screen: Screen) -> None:
    """Markup in a file's name, its columns' names and its cells is shown as it is."""
    hostile = "<img src=x onerror=alert(1)>"
    rows = screen.finish(
        f"{hostile}.csv", table([[hostile, "text"], ["<b>1</b>", f"<script>alert(1)</script> {RISE}"]])
    )
    assert rows[0][1] == f"<script>alert(1)</script> {RISE}"
    expect(screen.at("bulk-name")).to_have_text(f"{hostile}.csv")
    assert screen.page.locator("#bulk img, #bulk script, #bulk b").count() == 0


def test_a_dropped_file_is_read(screen: Screen) -> None:
    """Dragging a file over the page shows where it goes, and dropping it anywhere does."""
    drag = """([type, text]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], "dropped.txt"));
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }"""
    screen.page.evaluate(drag, ["dragover", RISE])
    assert "over" in (screen.at("drop").get_attribute("class") or "")
    screen.page.evaluate(drag, ["drop", RISE])
    expect(screen.at("done")).to_have_text("1 of 1 answered")
    assert screen.rows()[0][1] == RISE


def test_a_row_leads_to_its_reasons(screen: Screen) -> None:
    """The table's question why puts the text into the field, with its answer and its words marked."""
    screen.finish("a.txt", "\n".join(TEXTS))
    screen.page.locator("#rows tr").nth(1).get_by_role("button").click()
    expect(screen.at("text")).to_have_value(FALL)
    expect(screen.at("text")).to_be_focused()
    expect(screen.at("marked")).to_have_text(FALL)
