"""What can go wrong in this room, ordered by who has to act; each has one sentence.

    BatchError
    ├── InputError            the person: an input is not there, or not what was said of it
    ├── SettingError          the person: an option is not what it has to be
    ├── InputUnreachable      nobody yet: the input's store did not answer, try again
    ├── EngineError           the person: an engine of translation is not there, or is not what was said of it
    │   └── EngineUnavailable     nobody yet: it does not answer now, try again
    ├── ManifestError         the person: a plan is not what it says, or of another version
    ├── PlanError             the person: what is asked for cannot be planned or submitted so
    ├── RetryRulesError       the person: AWS Batch would refuse these rules
    ├── OverridesError        the person: a job is told more than AWS Batch takes
    ├── PriceError            the person: the price list lacks a family of instances
    ├── RehearsalError        the person: a rehearsal cannot begin
    └── AwsError              AWS said no, or did not answer; its code tells which

Left out: exit codes, which the commands give them, and rows that cannot be read, which are no errors (`records.Bad`).
"""


class BatchError(Exception):
    """Base of every error that this room raises on purpose."""


class InputError(BatchError):
    """The input at `path` is not what was expected of it."""

    def __init__(self, path: str, expected: str, found: str) -> None:
        super().__init__(path, expected, found)
        self.path = path
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"


class SettingError(BatchError):
    """The option `name` has a `value` that cannot be used."""

    def __init__(self, name: str, value: str, expected: str, found: str) -> None:
        super().__init__(f"--{name} {value}: expected {expected}, found {found}")


class InputUnreachable(BatchError):
    """The input at `path` cannot be read now, and may be later."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path} cannot be reached: {self.reason}"


class EngineError(BatchError):
    """No text can be translated by an engine: it is not installed, not allowed, or its name says nothing."""


class EngineUnavailable(EngineError):
    """The engine does not answer now, and may later."""


class ManifestError(BatchError):
    """The manifest at `where` cannot be used."""

    def __init__(self, where: str, found: str) -> None:
        super().__init__(f"{where}: {found}")


class PlanError(BatchError):
    """What is asked for cannot be planned or submitted so."""


class RetryRulesError(BatchError):
    """A retry strategy that AWS Batch would refuse."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"retry strategy: {found}, expected {expected}")


class OverridesError(BatchError):
    """A job's overrides have `found` bytes."""

    def __init__(self, found: int, limit: int) -> None:
        super().__init__(f"a job's overrides have {found:,} bytes, AWS Batch takes less than {limit:,}")


class PriceError(BatchError):
    """The price list has no family `found`."""

    def __init__(self, found: str, known: list[str]) -> None:
        super().__init__(f"no price is known for {found}; known are {', '.join(known)}")


class RehearsalError(BatchError):
    """A rehearsal cannot begin."""


class AwsError(BatchError):
    """What was `asked` of AWS was answered with `code`, or not at all."""

    def __init__(self, asked: str, code: str, message: str) -> None:
        super().__init__(f"{asked}: {code}{': ' + message if message else ''}")
        self.asked = asked
        self.code = code
        self.message = message


class RunError(BatchError):
    """A process of a run ended it; `code` is the exit code for the whole."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code
