"""The exit code of each error and ending, the same for every command and for the runner.

    0     done
    1     the run failed, or something is left behind
    2     the person's mistake: trying again does not help
    75    something did not answer: trying again may help (EX_TEMPFAIL of sysexits.h)
    130   ended by Ctrl-C, 143 by SIGTERM

Left out: what AWS Batch makes of them (the retry rules of the run's template).
"""

from .errors import (
    AwsError,
    DamagedError,
    EngineError,
    LauncherError,
    LeftBehind,
    RunFailed,
    Stopped,
    StorageError,
    StorageUnreachable,
)

DONE, FAILED, WRONG, AGAIN, INTERRUPTED, TERMINATED = 0, 1, 2, 75, 130, 143


def of(error: LauncherError) -> int:
    """The exit code that an error ends a command with; a failed run's own code is in its record, not here.

    >>> of(AwsError("batch.submit_job", "ThrottlingException", "")), of(LauncherError("no entry script"))
    (75, 2)
    """
    match error:
        case Stopped():
            return 128 + error.number
        case StorageUnreachable():
            return AGAIN
        case AwsError():
            return AGAIN if error.may_pass else WRONG if error.refused else FAILED
        case RunFailed() | LeftBehind() | DamagedError() | StorageError() | EngineError():
            return FAILED
        case _:
            return WRONG
