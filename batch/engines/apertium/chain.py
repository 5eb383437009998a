"""The programs of one direction, kept warm: texts go in at one end and come out at the other, in order.

    lt-proc -z | apertium-tagger -z -g | ... | lt-proc -z      a null after each text makes every program let it go

When a program stops, or says nothing for too long, all of them are ended and started anew; the text that did it is
found by sending it alone, and fails alone. Left out: what a text looks like inside (`stream`).
"""

import contextlib
import os
import selectors
import subprocess
import time
from collections.abc import Sequence
from typing import IO

from ...errors import EngineUnavailable
from ..protocol import Failed
from .modes import Mode
from .stream import Answer, decode, encode

TIMEOUT_S = 30.0
LONGEST = 100_000
"""Characters of one text; a chain takes some tens of thousands a second."""
_READ = 1 << 16
_CLOSE_S = 2.0
_PROBE = "."


class Chain:
    """One mode's programs, started with the first text; used by one thread of the process that made it.

    They end when they are closed and when this process dies, however it does: their input ends with it.
    """

    def __init__(self, mode: Mode, timeout_s: float = TIMEOUT_S) -> None:
        self.mode = mode
        self._timeout_s = timeout_s
        self._programs: list[subprocess.Popen[bytes]] = []
        self._sent = 0

    @property
    def process_ids(self) -> list[int]:
        """Of the programs that run, in order."""
        return [program.pid for program in self._programs]

    def translate(self, texts: Sequence[str]) -> list[Answer | Failed]:
        """An answer for each text, in order.

        Raises: EngineUnavailable when the programs do not even answer a harmless text.
        """
        answers: list[Answer | Failed] = []
        alone = False
        while len(answers) < len(texts):
            rest = texts[len(answers) : len(answers) + 1 if alone else None]
            got, trouble = self._exchange(rest)
            answers += got
            if trouble and alone and not got:
                answers.append(Failed(trouble))
                self._probe(trouble)
            alone = bool(trouble) and not alone
        return answers

    def close(self) -> None:
        """End all programs: by the end of their input, and by force where one does not take that."""
        programs, self._programs = self._programs, []
        if programs:
            with contextlib.suppress(OSError):
                _input(programs).close()
        deadline = time.monotonic() + _CLOSE_S
        for program in programs:
            try:
                program.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                program.kill()
        _reap(programs)

    def _probe(self, trouble: str) -> None:
        if self._exchange([_PROBE])[1]:
            raise EngineUnavailable(f"apertium {self.mode.name} does not work: {trouble}")

    def _exchange(self, texts: Sequence[str]) -> tuple[list[Answer | Failed], str]:
        """The answers of the first texts, and why the others have none ("" where all have one)."""
        if not self._programs:
            self._start()
        numbers = range(self._sent, self._sent + len(texts))
        self._sent += len(texts)
        data = b"".join(
            encode(number, text if len(text) <= LONGEST else _PROBE)
            for number, text in zip(numbers, texts, strict=True)
        )
        got: list[Answer | Failed] = []
        trouble = self._pump(data, numbers, got)
        if trouble:
            trouble = self._stopped() or trouble
            self._kill()
        too_long = Failed(f"longer than {LONGEST:,} characters")
        return [too_long if len(t) > LONGEST else a for t, a in zip(texts, got, strict=False)], trouble

    def _pump(self, data: bytes, numbers: range, got: list[Answer | Failed]) -> str:
        """Write and read at once, as pipes hold little; why it ended early, if it did."""
        waiting, begun, deadline = memoryview(data), bytearray(), time.monotonic() + self._timeout_s
        with selectors.DefaultSelector() as ready:
            ready.register(_input(self._programs), selectors.EVENT_WRITE)
            ready.register(_output(self._programs), selectors.EVENT_READ)
            while len(got) < len(numbers):
                events = ready.select(max(0.0, deadline - time.monotonic()))
                if not events:
                    return f"no answer within {self._timeout_s:g} s"
                for key, _ in events:
                    if key.fileobj is self._programs[0].stdin:
                        waiting = _written(key.fd, waiting)
                        if not waiting:
                            ready.unregister(key.fileobj)
                        continue
                    piece = os.read(key.fd, _READ)
                    if not piece:
                        return "a program stopped"
                    begun += piece
                    *whole, rest = bytes(begun).split(b"\0") if b"\0" in piece else [bytes(begun)]
                    begun = bytearray(rest)
                    for answer in whole:
                        if len(got) == len(numbers) or (decoded := decode(numbers[len(got)], answer)) is None:
                            return "an answer that belongs to no text"
                        got.append(decoded)
                        deadline = time.monotonic() + self._timeout_s
        return "an answer that belongs to no text" if begun else ""

    def _start(self) -> None:
        """Each program reads what the one before writes; in sessions of their own, so that Ctrl-C is not theirs."""
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        source: int | IO[bytes] = subprocess.PIPE
        for command in self.mode.commands:
            try:
                program = subprocess.Popen(  # noqa: S603
                    command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                    env=environment, start_new_session=True, bufsize=0,
                )  # fmt: skip
            except OSError as error:
                self._kill()
                raise EngineUnavailable(f"apertium {self.mode.name}: {command[0]}: {error.strerror}") from error
            if self._programs:
                _output(self._programs).close()  # the next one's alone: a program that stops ends those beside it
            self._programs.append(program)
            source = _output(self._programs)
        os.set_blocking(_input(self._programs).fileno(), False)

    def _stopped(self) -> str:
        """Which program stopped first, if it is one that a signal or a fault of its own has ended."""
        with contextlib.suppress(OSError):
            _input(self._programs).close()
        deadline = time.monotonic() + 0.2
        while time.monotonic() < deadline and all(p.poll() in (None, 0) for p in self._programs):
            time.sleep(0.005)
        for command, program in zip(self.mode.commands, self._programs, strict=True):
            if program.poll() not in (None, 0, -13):  # 13: it wrote to one that had stopped
                return f"{os.path.basename(command[0])} stopped with {program.returncode}"
        return ""

    def _kill(self) -> None:
        programs, self._programs = self._programs, []
        for program in programs:
            program.kill()
        _reap(programs)


def _written(descriptor: int, data: memoryview) -> memoryview:
    try:
        return data[os.write(descriptor, data[:_READ]) :]
    except BlockingIOError:
        return data
    except BrokenPipeError:  # the first program stopped: reading will tell
        return data[:0]


def _input(programs: Sequence[subprocess.Popen[bytes]]) -> IO[bytes]:
    stream = programs[0].stdin
    assert stream is not None  # noqa: S101
    return stream


def _output(programs: Sequence[subprocess.Popen[bytes]]) -> IO[bytes]:
    stream = programs[-1].stdout
    assert stream is not None  # noqa: S101
    return stream


def _reap(programs: Sequence[subprocess.Popen[bytes]]) -> None:
    for program in programs:
        program.wait()
        for stream in (program.stdin, program.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
