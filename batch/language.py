"""The language of a text: one of those that are configured, or unknown.

py3langid (https://github.com/adbar/py3langid, naive Bayes on letters) gives a probability to each configured language,
which is far from sure where a text is short. So a short text has the language that its file declares, or one that is
nearly certain; a longer text's own language counts, and one in a language that is not configured is unknown.
Left out: texts in two languages, dialects.
"""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

from .detector import Detector
from .errors import InputError

SHORT = 25
"""Letters: below, a text says too little by itself."""
SURE_SHORT, SURE = 0.9, 0.6
"""The least probability of a short text's language and of a longer one's."""
OVERRULE = 0.95
"""The least probability at which a longer text counts for more than what its file declares."""
FOREIGN = 0.9
"""The least probability, among all languages there are, at which a text is in one that is not configured."""
_RULES = 1
_NAMES = {
    "english": "en", "eng": "en", "spanish": "es", "español": "es", "spa": "es", "castellano": "es",
    "french": "fr", "français": "fr", "fra": "fr", "fre": "fr", "portuguese": "pt", "português": "pt", "por": "pt",
    "italian": "it", "italiano": "it", "ita": "it", "catalan": "ca", "català": "ca", "cat": "ca",
    "german": "de", "deutsch": "de", "deu": "de", "ger": "de", "dutch": "nl", "nld": "nl",
}  # fmt: skip
"""What files call languages beside ISO 639-1 and BCP 47."""


class Language(NamedTuple):
    """ISO 639-1, None where nothing is sure; the probability that the text alone gives it, 0 to 1."""

    code: str | None
    confidence: float


class Languages:
    """A detector of the languages `codes`, to be made once a process (0.2 s)."""

    def __init__(self, codes: Sequence[str]) -> None:
        """Raises: InputError for a code that the detector does not know."""
        self.codes = tuple(dict.fromkeys(codes))
        self._detector = Detector.shipped()
        self._labels: list[str] = list(self._detector.nb_classes)
        unknown = [code for code in self.codes if code not in self._labels]
        if unknown or not self.codes:
            labels = " ".join(sorted(set(self._labels)))
            raise InputError(f"languages {','.join(unknown)!r}", f"codes such as en,es of {labels}", "none of them")
        self._places = [self._labels.index(code) for code in self.codes]
        self.version = f"py3langid {version('py3langid')} {','.join(sorted(self.codes))} rules {_RULES}"

    def detect(self, texts: Sequence[str], declared: Sequence[str | None]) -> list[Language]:
        """The language of each text; `declared` is what the file says of it, in any usual form."""
        everywhere = self._detector.probabilities(texts)  # (B, 142), of all languages that there are
        ours = everywhere.take(self._places, axis=1)
        sums = ours.sum(axis=1, keepdims=True)
        ours /= sums + (sums == 0)  # as if there were no others
        foreign = self._foreign(everywhere)
        return [self._one(text, code_of(said), *found)
                for text, said, *found in zip(texts, declared, ours.tolist(), foreign, strict=True)]  # fmt: skip

    def _one(self, text: str, declared: str | None, ours: list[float], foreign: str | None) -> Language:
        confidence = max(ours)
        best = self.codes[ours.index(confidence)]
        letters = sum(map(str.isalpha, text))
        if letters < SHORT:
            code = declared or (best if letters and confidence >= SURE_SHORT else None)
        else:
            code = _of_longer(declared, best, confidence, foreign)
        told = best if code is None else code
        return Language(code, round(ours[self.codes.index(told)] if told in self.codes else 0.0, 6))

    def _foreign(self, probabilities: Any) -> list[str | None]:
        """For each text its language where that is surely none of the configured ones."""
        places = probabilities.argmax(axis=1).tolist()
        sure = (probabilities.max(axis=1) >= FOREIGN).tolist()
        return [self._labels[place] if is_sure and place not in self._places else None
                for place, is_sure in zip(places, sure, strict=True)]  # fmt: skip


def _of_longer(declared: str | None, best: str, confidence: float, foreign: str | None) -> str | None:
    if foreign:
        return declared if declared == foreign else None
    if declared:
        return best if confidence >= OVERRULE else declared
    return best if confidence >= SURE else None


def code_of(declared: str | None) -> str | None:
    """What a file calls a language, as ISO 639-1; None where it says nothing that is one.

    >>> code_of("es-MX"), code_of("German"), code_of("pt_BR"), code_of("??"), code_of(None)
    ('es', 'de', 'pt', None, None)
    """
    if not declared:
        return None
    word = declared.strip().casefold().replace("_", "-").partition("-")[0]
    code = _NAMES.get(word, word)
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None
