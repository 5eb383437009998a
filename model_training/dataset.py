"""The texts that a training uses, and the account of how their file was read.

Left out: the reading (`data` for the published release, `table` for any file with columns).
"""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """How a file of columns was read, beside what every data set tells."""

    format: str
    unit: str
    """What places count: "line" or "row"."""
    text: str
    label: str
    no_text: int
    no_label: int
    empty_at: tuple[int, ...]
    """The first places of rows without a text or a label."""
    contradicting_at: tuple[int, ...]
    """The first places of rows whose text comes with several labels."""
    rare: dict[str, int]
    """Labels that were left out, with their usable rows."""

    @property
    def left_out(self) -> int:
        """Rows without a text or a label, or with a rare one."""
        return self.no_text + self.no_label + sum(self.rare.values())


@dataclass(frozen=True)
class Dataset:
    """The sentences that training uses, and how the file was read."""

    file: str
    """The file's name without its folder."""
    sha256: str
    encoding: str
    record_end: str
    rows: int
    blank: int
    damaged: int
    """Rows with damaged letters, left as they are."""
    duplicates: int
    """Rows dropped because text and label were there before."""
    contradictions: int
    """Texts dropped because they came with more than one label."""
    contradicting_rows: int
    labels: tuple[str, ...]
    texts: tuple[str, ...]
    targets: tuple[int, ...]
    """The index of each text's label."""
    table: Table | None = None
    """How columns were read; None for a file without a header."""

    def label_counts(self) -> dict[str, int]:
        """How many of the used rows have each label, in label order."""
        counts = Counter(self.targets)
        return {label: counts[index] for index, label in enumerate(self.labels)}
