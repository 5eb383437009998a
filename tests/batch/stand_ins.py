"""Parts of a run that follow the interfaces exactly and need nothing: engines that upper-case, a reader over a list.

Left out: what a test asserts.
"""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from batch.engines import Engine, Failed, Translated
from batch.engines.identity import Identity
from batch.language import Language
from batch.pipeline import Pipeline
from batch.records import Bad, Columns, Record, Source
from batch.settings import Settings
from textmodel import load

SOURCE = Source("a.csv", "aa11", "csv", False, 100, "a.csv")


class Declared:
    """A detector that believes what the file declares."""

    version = "declared 1"

    def detect(self, texts: Sequence[str], declared: Sequence[str | None]) -> list[Language]:
        assert len(texts) == len(declared)
        return [Language(code, 0.9 if code else 0.0) for code in declared]


class Upper:
    """An engine that upper-cases and counts; a text with "fail" in it has no translation."""

    source, version = "es", "1"

    def __init__(self, name: str = "upper:es-en", log: Path | None = None) -> None:
        self.name, self._log = name, log
        self.texts: list[str] = []
        self.closed = False

    def translate(self, texts: Sequence[str]) -> list[Translated | Failed]:
        self.texts += texts
        if self._log:
            with self._log.open("a") as file:
                file.writelines(f"{os.getpid()} {text}\n" for text in texts)
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Translated | Failed:
        if "fail" in text:
            return Failed("no translation")
        return Translated(text.upper(), 0.5 if "odd" in text else 0.0, "no" in text.split())

    def close(self) -> None:
        self.closed = True


def pipeline(asked: Settings) -> Pipeline:
    """The stand-ins and the artifact below `asked.artifacts`; `asked.engines` is what the Spanish engine does.

    log:FILE          write each text and the process into a file
    meet:FILE         the same, and go on when two processes have
    slow:SECONDS      wait before each chunk
    die:FILE          the first process that finds the file takes it away and is killed
    die               each process that translates is killed
    """
    kind, _, value = asked.engines.partition(":")
    engine = {
        "log": lambda: Upper(log=Path(value)),
        "meet": lambda: Meets(log=Path(value)),
        "slow": lambda: Slow(float(value)),
        "die": lambda: Dies(value),
    }
    model = load(asked.task, asked.artifacts)
    engines: dict[str, Engine] = {"en": Identity(), "es": engine.get(kind, Upper)()}
    return Pipeline(model, Declared(), engines, asked.bar)


class Meets(Upper):
    """Waits until two processes have written, so that neither does all before the other has started."""

    def translate(self, texts: Sequence[str]) -> list[Translated | Failed]:
        made = super().translate(texts)
        deadline = time.monotonic() + 60
        while self._log and len({line.split()[0] for line in self._log.read_text().splitlines()}) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return made


class Slow(Upper):
    """Takes its time."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def translate(self, texts: Sequence[str]) -> list[Translated | Failed]:
        time.sleep(self._seconds)
        return super().translate(texts)


class Dies(Upper):
    """Is killed as the kernel does when memory is short."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self._file = file

    def translate(self, texts: Sequence[str]) -> list[Translated | Failed]:
        try:
            if self._file:
                os.rename(self._file, f"{self._file}.taken")
        except FileNotFoundError:
            return super().translate(texts)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def record(number: int, text: str = "", language: str | None = "es", review_id: str = "") -> Record:
    return Record(number, number + 2, review_id or f"r{number}", text or f"todo bien {number}", language)


def rows(count: int) -> list[Record | Bad]:
    """Spanish and English ones in turn; each tenth is broken."""
    return [
        Bad(n, n + 2, "no text") if n % 10 == 9 else record(n, f"profit rose {n}", "es" if n % 2 else "en")
        for n in range(count)
    ]


class Rows:
    """A reader over a list, which counts what it is asked for."""

    def __init__(self, held: Sequence[Record | Bad]) -> None:
        self._held = held
        self.read = 0

    def __call__(self, _: Source, __: Columns, first: int = 0, past: int | None = None) -> Iterator[Record | Bad]:
        for row in self._held[first:past]:
            self.read += 1
            yield row
