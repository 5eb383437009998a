"""The probability of each language there is, for many texts at once: py3langid's own numbers, to the last bit.

py3langid holds its table in half the precision that it computes in, and converts the part of it that a text needs for
each text, which takes a third of its time. Here it is converted once for all texts, and what follows is done for all
together. Left out: which of the languages counts (`language`).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier, visit_counts


class Detector(LanguageIdentifier):  # type: ignore[misc]  # no types
    """py3langid's model; a language's second alphabet has its share in the first place of its name."""

    __slots__ = ()

    @classmethod
    def shipped(cls) -> "Detector":
        """The one that py3langid brings along (0.2 s)."""
        found: Detector = cls.from_model_file(MODEL_FILE, norm_probs=True)
        return found

    def probabilities(self, texts: Sequence[str]) -> Any:
        """(B, 142), each row in the order of `nb_classes`."""
        encoded = [self._encode(text) for text in texts]
        scores = self._scores(encoded)  # (B, 142)
        scores *= np.array([1.0 / math.sqrt(len(text) or 1) for text in encoded], np.float32).reshape(-1, 1)
        np.exp(scores - scores.max(axis=1, keepdims=True), out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        for first, again in self._alias_pairs:
            scores[:, first] += scores[:, again]
            scores[:, again] = 0.0
        return scores

    def _scores(self, encoded: Sequence[bytes]) -> Any:
        """Of naive Bayes; zeroes for a text without a feature."""
        walked = [visit_counts(self.tk_nextmove, self._rowbase, self.tk_output, text) or {} for text in encoded]
        features = [np.fromiter(counts.keys(), np.intp, len(counts)) for counts in walked]
        table, places = self._part(features)
        scores = np.zeros((len(encoded), len(self.nb_classes)), np.float32)
        for number, (counts, found) in enumerate(zip(walked, features, strict=True)):
            if counts:
                often = np.log1p(np.fromiter(counts.values(), np.float32, len(counts)))
                scores[number] = often @ table.take(places[found], axis=0) + self.nb_pc
        return scores

    def _part(self, features: Sequence[Any]) -> tuple[Any, Any]:
        """The rows of the table for these features, and the place of each feature among them."""
        is_needed = np.zeros(len(self.nb_ptc), np.bool_)
        for found in features:
            is_needed[found] = True
        needed = np.flatnonzero(is_needed)
        places = np.zeros(len(self.nb_ptc), np.intp)
        places[needed] = np.arange(len(needed))
        return self.nb_ptc[needed].astype(np.float32), places
