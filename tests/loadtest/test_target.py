"""One setting says where a load test goes."""

import pytest

from loadtest.target import SHAPES, TargetError, parse


@pytest.mark.parametrize(
    ("text", "door", "local"),
    [
        ("http://127.0.0.1:8000", "predict", True),
        ("http://localhost:9000/", "predict", True),
        ("https://api.example.com", "predict", False),
        ("https://abc123.lambda-url.eu-west-1.on.aws/", "url", False),
        ("lambda:undertone:live", "invoke", False),
        ("lambda:undertone@http://127.0.0.1:9000", "invoke", True),
        ("arn:aws:lambda:eu-west-1:123456789012:function:undertone:live", "invoke", False),
    ],
)
def test_a_target_says_its_door_and_whether_it_is_here(text: str, door: str, local: bool):
    """Every form that the documentation names is known."""
    found = parse(text)
    assert (found.door, found.local) == (door, local)


def test_the_region_comes_from_the_target_itself():
    """A function's ARN and its URL name it."""
    assert parse("arn:aws:lambda:eu-west-1:123456789012:function:undertone").region == "eu-west-1"
    assert parse("https://abc.lambda-url.us-east-2.on.aws").region == "us-east-2"


@pytest.mark.parametrize("text", ["", "127.0.0.1:8000", "ftp://x", "http://", "http://x:0", "http://x:99999", "lambda:",
                                  "lambda:a@nowhere", "arn:aws:s3:::bucket"])  # fmt: skip
def test_another_form_is_told_in_one_line(text: str):
    """The message names what was given and what is expected."""
    with pytest.raises(TargetError) as caught:
        parse(text)
    assert str(caught.value) == f"the target is {text!r}; expected {SHAPES}"
