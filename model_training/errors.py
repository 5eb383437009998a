"""What can go wrong in training, ordered by who has to act; each is one line for a person.

    TrainingError
    ├── DataError        the data file is not what the task expects
    ├── VocabularyError  the texts hold no term to learn from
    ├── RequestError     an argument of the command does not fit the task or the artifact in place
    ├── KeptError        the artifact in place stays, as it is better or cannot be compared with
    ├── ParityError      the exported network does not answer as the trained one does
    └── WorkerError      a process that fitted networks was ended from outside

Left out: exit codes, which `__main__` gives them, and the artifact's own errors (`textmodel.errors`).
"""


class TrainingError(Exception):
    """Base of every error that this room raises on purpose."""


class DataError(TrainingError):
    """A data file cannot be used: `path`, `row` (from 1, of a `unit`; None for the whole file), both values."""

    def __init__(
        self, path: str, row: int | None, expected: str, found: str, *, unit: str = "row", column: str = ""
    ) -> None:
        place = path if row is None else f"{path}, {unit} {row:,}"
        super().__init__(f"{place}{f', column {column!r}' if column else ''}: expected {expected}, found {found}")
        self.path = path
        self.row = row
        self.expected = expected
        self.found = found


class VocabularyError(TrainingError):
    """No text to fit to has a term of the token rule."""

    def __init__(self, token_rule: int) -> None:
        super().__init__(f"the texts: expected terms of token rule {token_rule} to learn from, found none")
        self.token_rule = token_rule


class RequestError(TrainingError):
    """An argument cannot be honoured: its name and both values."""

    def __init__(self, argument: str, expected: str, found: str) -> None:
        super().__init__(f"{argument}: expected {expected}, found {found}")
        self.argument = argument
        self.expected = expected
        self.found = found


class KeptError(TrainingError):
    """The artifact in place was not replaced; `reason` says why, and what to do is always the same."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not replaced: {reason}; --replace replaces it all the same")
        self.reason = reason


class ParityError(TrainingError):
    """Probabilities of the exported network differ from Keras's own by more than allowed."""

    def __init__(self, expected: float, found: float) -> None:
        super().__init__(f"exported network: expected Keras's probabilities to {expected}, found {found} off")
        self.expected = expected
        self.found = found


class WorkerError(TrainingError):
    """A process of `--jobs` is gone: most often the system ended it for its memory."""

    def __init__(self, jobs: int) -> None:
        super().__init__(f"--jobs: expected {jobs} processes to fit networks, found one ended; try fewer")
        self.jobs = jobs
