"""Exit codes: who has to act is told by each."""

import pytest

from batch import codes
from batch.errors import EngineError, EngineUnavailable, InputError, InputUnreachable, RunError
from store.errors import (
    AddressError,
    FullError,
    RefusedError,
    SchemaError,
    ServerError,
    TakenError,
    UnreachableError,
)
from textmodel.errors import ArtifactMissing


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("a.csv", "a column", "none"), 2),
        (EngineError("no engine"), 2),
        (AddressError("x", "y"), 2),
        (SchemaError("a.db", "2", "1"), 2),
        (ArtifactMissing("a", "b", "c"), 2),
        (InputUnreachable("s3://b/k", "slow down"), 75),
        (EngineUnavailable("throttled"), 75),
        (RefusedError("a.db", "file is not a database"), 2),
        (TakenError("a.db", "table review already exists"), 2),
        (ServerError("PostgreSQL", "not installed"), 2),
        (UnreachableError("a.db", 60, "gone"), 75),
        (FullError("a.db", "full"), 1),
        (RunError("an engine in a process", 75), 75),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_has_its_code(error: Exception, code: int):
    """A person's mistakes are 2, what may pass is 75, the rest is 1."""
    assert codes.of(error) == code
