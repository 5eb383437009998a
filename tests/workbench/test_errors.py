"""The tree of errors: drawn as it is, each with the exit code of who has to act, each on one line."""

import pytest
import typer

from store.errors import AddressError, FullError, RefusedError, StoreError
from store.errors import UnreachableError as StoreUnreachable
from workbench import errors
from workbench.commands.told import told

EVERY = {
    name: made
    for name, made in vars(errors).items()
    if isinstance(made, type) and issubclass(made, Exception) and name[0] != "_"
}


def test_every_error_is_drawn_in_the_tree():
    """A class that is not in the docstring's drawing is not known to anybody."""
    drawn = {line.strip(" │├└─").split()[0] for line in (errors.__doc__ or "").splitlines() if line.startswith("    ")}
    assert drawn == set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_exit_codes_are_of_who_has_to_act(name: str):
    """2 the person, 75 nobody yet, 1 it failed; a class that is drawn below another is one."""
    made = EVERY[name]
    expected = (
        2
        if issubclass(made, errors.PersonError | errors.EngineMissing)
        else 75
        if issubclass(made, errors.AgainError)
        else 1
    )
    assert made.exit_code == expected


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.SourceError("data/", "Parquet", "nothing"), 2),
        (errors.EngineError("duckdb", "two\nlines"), 1),
        (errors.ReplicaError("db", "gone", 3.0, 1.0), 75),
        (AddressError("x/", "a file"), 2),
        (RefusedError("x.db", "file is not a database"), 2),
        (StoreUnreachable("db", 3.0, "no server"), 75),
        (FullError("db", "disk"), 1),
        (StoreError("other"), 1),
    ],
)
def test_what_goes_wrong_is_one_line(error: Exception, code: int, capsys: pytest.CaptureFixture[str]):
    """On standard error, with the exit code, without a traceback."""
    with pytest.raises(typer.Exit) as ended, told():
        raise error
    text = capsys.readouterr().err
    assert (ended.value.exit_code, text.count("\n"), text.startswith("workbench: ")) == (code, 1, True)
    assert ended.value.__suppress_context__


def test_what_is_a_fault_of_ours_is_no_line():
    """A programming error keeps its traceback."""
    with pytest.raises(ZeroDivisionError), told():
        _ = 1 / 0


def test_errors_carry_what_is_needed_to_act():
    error = errors.BudgetError(2_000_000_000, 10**9, "aggregate it")
    expected = "the query would move about 2.0 GB, the limit is 1.0 GB: aggregate it"
    assert str(error) == expected
    assert (error.found_bytes, error.limit_bytes, error.way_out) == (2_000_000_000, 10**9, "aggregate it")
