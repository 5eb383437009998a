"""English is English already.

Left out: everything else.
"""

from collections.abc import Sequence

from .protocol import Failed, Translated


class Identity:
    """The engine of English: each text is its own translation."""

    name = "identity:en"
    version = "1"
    source = "en"

    def translate(self, texts: Sequence[str]) -> list[Translated | Failed]:
        return [Translated(text, 0.0, negation_lost=False) for text in texts]

    def close(self) -> None:
        pass
