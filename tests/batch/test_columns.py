"""Which columns are taken: the named ones, or the plain ones."""

import pytest

from batch.columns import Chosen, choose
from batch.errors import InputError
from batch.records import Columns


@pytest.mark.parametrize(
    "name", ["text", "Review", " body ".strip(), "COMMENT", "content", "review_body", "Review Text"]
)
def test_plain_names(name: str):
    """A text under any name that people give it."""
    assert choose("f", ["stars", name], Columns()) == Chosen(name, None, None)


@pytest.mark.parametrize(("names", "expected"), [
    (["id", "text", "lang"], Chosen("text", "id", "lang")),
    (["id", "review_id", "text", "locale"], Chosen("text", "review_id", "locale")),
    (["text", "identity", "languages"], Chosen("text", None, None)),
])  # fmt: skip
def test_ids_and_languages(names: list[str], expected: Chosen):
    """The plainest name wins, and none is none."""
    assert choose("f", names, Columns()) == expected


def test_named_columns():
    """What is asked for is taken, whatever else looks plain."""
    asked = Columns("opinion", "key", "tongue")
    assert choose("f", ["text", "id", "opinion", "key", "tongue"], asked) == Chosen(*asked)


@pytest.mark.parametrize(("names", "asked", "message"), [
    (["a", "b"], Columns(), "found 'a', 'b'"),
    ([], Columns(), "found none"),
    (["text", "review", "stars"], Columns(), "found 'text', 'review'"),
    (["text", "b"], Columns(text="c"), "one column 'c', found only 'text', 'b'"),
    (["text", "b"], Columns(id="c"), "one column 'c', found only 'text', 'b'"),
    (["text", "text"], Columns(), "one column 'text', found two columns of that name in 'text', 'text'"),
    (["text", "id", "id"], Columns(), "one column 'id', found two columns of that name in"),
    ([f"c{n}" for n in range(50)], Columns(), "'c39' and 10 more"),
])  # fmt: skip
def test_no_plain_column(names: list[str], asked: Columns, message: str):
    """The error names the file and lists what is there."""
    with pytest.raises(InputError) as caught:
        choose("a.csv", names, asked)
    assert str(caught.value).startswith("a.csv: expected ")
    assert message in str(caught.value)
