"""The command line of a load test."""

import pytest

from loadtest import settings
from loadtest.verdict import Goals


def test_defaults_are_those_that_the_documentation_names():
    """A local Lambda, limits 1, 2, 4, 8, no objectives."""
    found = settings.parse([])
    assert (found.target, found.limits, found.goals) == ("local", (1, 2, 4, 8), Goals())


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["--target", "nowhere"], "the target is 'nowhere'"),
        (["--concurrency", "1,x"], "found 'x'"),
        (["--concurrency", "0"], "found '0'"),
        (["--rate", "-1"], "a number above 0, found '-1'"),
        (["--rate", "nan"], "found 'nan'"),
        (["--seconds", "inf"], "found 'inf'"),
        (["--success", "99"], "a share above 0 and up to 1, as 0.99, found '99'"),
        (["--p99-ms", "soon"], "found 'soon'"),
        (["--retries", "-1"], "found '-1'"),
        (["--door", "back"], "invalid choice: 'back'"),
    ],
)
def test_a_wrong_setting_is_told_and_ends_it(argv: list[str], named: str, capsys: pytest.CaptureFixture[str]):
    """Exit code 2, and one line names what was given and what is expected."""
    with pytest.raises(SystemExit) as caught:
        settings.parse(argv)
    assert caught.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert named in line
