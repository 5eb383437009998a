"""What can go wrong on the floor, ordered by who has to act.

    TextModelError
    ├── TextError                what the caller gave is no text
    ├── TargetError              the accuracy that the caller asks for is none
    └── ArtifactError            what was trained and shipped cannot be trusted
        ├── ArtifactMissing      a file is not there
        ├── ArtifactMalformed    a file is not in its format
        ├── ArtifactVersion      a format or token rule this code does not know
        ├── ArtifactHash         a file's bytes are not those that were trained
        ├── ArtifactPair         vectorizer and network were not trained together
        ├── ArtifactLabels       the label order is not the network's own
        ├── ArtifactShape        the arrays do not fit each other
        └── ArtifactGolden       the loaded model does not answer as it did when trained

Left out: HTTP statuses and problem documents, which `app` gives them.
"""


class TextModelError(Exception):
    """Base of every error that this package raises on purpose."""


class TextError(TextModelError):
    """The input is not a `str`; `found` is the name of its type."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found

    def __str__(self) -> str:
        return f"expected a text (str), found {self.found}"


class TargetError(TextModelError):
    """The accuracy asked for is no number between 0 and 1; `found` is what was given."""

    def __init__(self, found: object) -> None:
        super().__init__(found)
        self.found = found

    def __str__(self) -> str:
        return f"expected a target above 0 and below 1, found {self.found!r}"


class ArtifactError(TextModelError):
    """An artifact pair cannot be used: `path` is the file, `expected` and `found` the two values."""

    def __init__(self, path: str, expected: object, found: object) -> None:
        super().__init__(path, expected, found)
        self.path = path
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"


class ArtifactMissing(ArtifactError):
    """A file of the pair is not there or cannot be read."""


class ArtifactMalformed(ArtifactError):
    """A file of the pair is not in its own format."""


class ArtifactVersion(ArtifactError):
    """The pair needs a format or a token rule that this code does not have."""


class ArtifactHash(ArtifactError):
    """The SHA-256 of a file is not the one its manifest names."""


class ArtifactPair(ArtifactError):
    """The network was trained with another vectorizer than the one beside it, or either for another task."""


class ArtifactLabels(ArtifactError):
    """The manifest's label order is not the one stored with the weights."""


class ArtifactShape(ArtifactError):
    """An array's shape does not fit the vocabulary, its neighbours or the labels."""


class ArtifactGolden(ArtifactError):
    """A golden input no longer gives its golden output."""
