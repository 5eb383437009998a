"""A neural model in a folder, such as OPUS-MT's, run by CTranslate2 on this machine's processor.

    model.bin, config.json, *vocabulary.*    as CTranslate2's converters write them
    source.spm, target.spm                   SentencePiece models, as OPUS-MT has them; or
    sentencepiece.model                      one for both sides; or
    tokens.txt                               the word "whitespace": words are tokens

Texts go sentence by sentence, as such models are trained. Left out: getting a model, and its licence, which is each
model's own (docs/translation.md).
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ..errors import EngineError
from .protocol import Failed, Translated, translated
from .sentences import sentences

_BATCH_TOKENS = 2048
_LONGEST_TOKENS = 256
"""Of a sentence: what is longer goes in parts, as models know no more than 512 places."""
_UNKNOWN = "<unk>"
_SIGNS = {_UNKNOWN, "<s>", "</s>", "<pad>"}
"""What a model says to itself."""


class Tokens(Protocol):
    """Text to a model's tokens and back."""

    def split(self, text: str) -> list[str]: ...
    def join(self, tokens: Sequence[str]) -> str: ...


class CTranslate:
    """From one language to English; loading takes a second and stays in memory."""

    def __init__(self, source: str, folder: Path) -> None:
        """Raises: EngineError where ctranslate2 is not installed, or the folder holds no model."""
        self.source = source
        self.name = f"ctranslate2:{source}-en"
        self._tokens, files = tokens_of(folder)
        self._known, self._translator = _vocabulary(folder), _load(folder)
        self.version = f"{_installed().__version__} model {_digest([*_model_files(folder), *files])}"

    def translate(self, texts: Sequence[str]) -> list[Translated | Failed]:
        """An answer for each text, in order."""
        cut = [self._parts(text) for text in texts]
        flat = [part for parts in cut for part in parts]
        results = self._translator.translate_batch(
            flat, beam_size=2, max_batch_size=_BATCH_TOKENS, batch_type="tokens", replace_unknowns=True
        )
        said = iter(self._tokens.join([t for t in result.hypotheses[0] if t not in _SIGNS]) for result in results)
        return [
            self._translated(text, parts, [next(said) for _ in parts]) for text, parts in zip(texts, cut, strict=True)
        ]

    def close(self) -> None:
        self._translator.unload_model()

    def _parts(self, text: str) -> list[list[str]]:
        """A text's sentences as tokens, long ones in several."""
        all_tokens = [self._tokens.split(sentence) for sentence in sentences(text)]
        return [
            tokens[at : at + _LONGEST_TOKENS]
            for tokens in all_tokens
            for at in range(0, len(tokens), _LONGEST_TOKENS)
        ]  # fmt: skip

    def _translated(self, text: str, parts: list[list[str]], said: list[str]) -> Translated:
        tokens = [token for part in parts for token in part]
        unknown = sum(token not in self._known for token in tokens) / max(1, len(tokens))
        return translated(self.source, text, " ".join(filter(None, said)), round(unknown, 6))


class Whitespace(NamedTuple):
    """Words between blanks."""

    def split(self, text: str) -> list[str]:
        return text.split()

    def join(self, tokens: Sequence[str]) -> str:
        return " ".join(tokens)


class Pieces:
    """SentencePiece (https://github.com/google/sentencepiece), one model for each side."""

    def __init__(self, source: Path, target: Path) -> None:
        import sentencepiece

        try:
            self._source, self._target = (sentencepiece.SentencePieceProcessor(str(path)) for path in (source, target))
        except (OSError, RuntimeError) as error:
            raise EngineError(f"{source.parent}: no SentencePiece models: {error}") from error

    def split(self, text: str) -> list[str]:
        return list(self._source.encode(text, out_type=str))

    def join(self, tokens: Sequence[str]) -> str:
        return str(self._target.decode(list(tokens)))


def tokens_of(folder: Path) -> tuple[Tokens, list[Path]]:
    """The folder's tokens, and the files that say them.

    Raises: EngineError where it says none.
    """
    for source, target in (("source.spm", "target.spm"), ("sentencepiece.model", "sentencepiece.model")):
        files = [folder / source, folder / target]
        if all(path.is_file() for path in files):
            return Pieces(*files), files
    said = folder / "tokens.txt"
    if said.is_file() and said.read_text(encoding="utf-8").strip() == "whitespace":
        return Whitespace(), [said]
    raise EngineError(f"{folder}: expected source.spm and target.spm, or sentencepiece.model, or tokens.txt")


def _load(folder: Path) -> Any:
    """One thread: the room runs a process for each core."""
    try:
        return _installed().Translator(str(folder), device="cpu", inter_threads=1, intra_threads=1)
    except (RuntimeError, ValueError) as error:
        raise EngineError(f"{folder}: no model of CTranslate2: {error}") from error


def _installed() -> Any:
    try:
        import ctranslate2
    except ImportError as error:
        raise EngineError("ctranslate2 is not installed: pip install -r requirements/neural.txt") from error
    return ctranslate2


def _vocabulary(folder: Path) -> frozenset[str]:
    """The tokens that the model reads, from the file that the converter wrote: JSON, or a line each."""
    import json

    for name in ("source_vocabulary", "shared_vocabulary"):
        if (path := folder / f"{name}.json").is_file():
            return frozenset(json.loads(path.read_text(encoding="utf-8"))) - {_UNKNOWN}
        if (path := folder / f"{name}.txt").is_file():
            return frozenset(path.read_text(encoding="utf-8").split("\n")) - {_UNKNOWN}
    raise EngineError(f"{folder}: no model of CTranslate2: no source_vocabulary and no shared_vocabulary")


def _model_files(folder: Path) -> list[Path]:
    return [
        path for path in sorted(folder.iterdir()) if path.name in ("model.bin", "config.json") or "vocab" in path.name
    ]


def _digest(files: Sequence[Path]) -> str:
    """12 hexadecimal digits of all bytes that decide a translation."""
    hashed = hashlib.sha256()
    for path in files:
        with open(path, "rb") as file:
            hashed.update(hashlib.file_digest(file, "sha256").digest())
    return hashed.hexdigest()[:12]
