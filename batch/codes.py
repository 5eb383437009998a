"""The exit code of each error and ending, the same for a laptop and for AWS Batch, whose rules go by them.

    0     all rows are in the store or rejected
    1     rows are missing, the database is full, or a fault of ours
    2     a wrong setting, input or database: trying again does not help
    75    something did not answer: trying again may help (EX_TEMPFAIL of sysexits.h)
    130   ended by Ctrl-C, 143 by SIGTERM; what was in hand is stored

Left out: what Batch makes of them (`retries`).
"""

from store.errors import AddressError, RefusedError, SchemaError, ServerError, StoreError, TakenError, UnreachableError
from textmodel import ArtifactError

from .errors import BatchError, EngineUnavailable, InputUnreachable, RunError

DONE, FAILED, WRONG, AGAIN = 0, 1, 2, 75


def of(error: BatchError | StoreError | ArtifactError) -> int:
    """The exit code that an error ends a command with."""
    match error:
        case RunError():
            return error.code
        case InputUnreachable() | EngineUnavailable() | UnreachableError():
            return AGAIN
        case AddressError() | RefusedError() | SchemaError() | TakenError() | ServerError():
            return WRONG
        case BatchError() | ArtifactError():
            return WRONG
        case _:
            return FAILED
