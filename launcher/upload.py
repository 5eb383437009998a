"""Send what a bucket or a folder lacks of some files: all are asked for first, so progress knows what is to be sent.

Files of the same content are sent once. Left out: the sending itself (`blobs`, `s3_blobs`), and how progress is drawn.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event, Lock
from typing import NamedTuple

from .blobs import Blobs
from .manifest import File

ASKING, SENDING = 16, 8
"""Threads that ask for blobs, which only wait, and that send them."""
MANY = 500
"""From how many files on what is there is listed, a thousand blobs a request, and not asked for file by file."""
LISTED_A_FILE = 12
"""A page of a list takes as long as some five questions; so many blobs a file, in each of 16 parts, are as quick."""


class Sent(NamedTuple):
    """What there was, and what of it had to be sent; content that several files share counts once in `bytes_sent`."""

    files: int
    files_sent: int
    bytes_total: int
    bytes_sent: int

    def __str__(self) -> str:
        """One line for a person.

        >>> print(Sent(10_000, 2, 84_000_000, 1_200))
        2 of 10,000 files sent (1.2 kB of 84 MB), the rest was there already
        >>> print(Sent(3, 0, 500, 0))
        nothing sent: all 3 files (500 B) were there already
        """
        if not self.files_sent:
            return f"nothing sent: all {_count(self.files)} ({show_bytes(self.bytes_total)}) were there already"
        if self.files_sent == self.files:
            return f"{_count(self.files)} sent ({show_bytes(self.bytes_sent)})"
        sizes = f"{show_bytes(self.bytes_sent)} of {show_bytes(self.bytes_total)}"
        return f"{self.files_sent:,} of {_count(self.files)} sent ({sizes}), the rest was there already"


class Progress(NamedTuple):
    """How far it is: `step` is "asking", counted in files, or "sending", counted in bytes."""

    step: str
    done: int
    total: int


Tell = Callable[[Progress], None]


def upload(files: Iterable[File], root: str, blobs: Blobs, progress: Tell = lambda _: None) -> Sent:
    """Send those files below `root` whose content is not there yet; `progress` is called by one thread at a time.

    Raises: StorageError, DamagedError for a file that changed since it was read, AwsError.
    """
    every = list(files)
    first = {file.sha256: file for file in reversed(every)}  # of files with the same content the first is sent
    missing = _missing(list(first.values()), blobs, progress)
    _send(missing, root, blobs, progress)
    lacked = {file.sha256 for file in missing}
    return Sent(
        files=len(every),
        files_sent=sum(file.sha256 in lacked for file in every),
        bytes_total=sum(file.size_bytes for file in every),
        bytes_sent=sum(file.size_bytes for file in missing),
    )


def _missing(files: list[File], blobs: Blobs, progress: Tell) -> list[File]:
    """Those that are not there, the largest first, so that none is waited for alone."""
    with ThreadPoolExecutor(ASKING, thread_name_prefix="ask") as pool:
        try:
            there = _listed(pool, len(files), blobs) if len(files) > MANY else None
            if there is None:
                missing = _asked(pool, files, blobs, progress)
            else:
                missing = [file for file in files if file.sha256 not in there]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return sorted(missing, key=lambda file: -file.size_bytes)


def _listed(pool: ThreadPoolExecutor, files: int, blobs: Blobs) -> set[str] | None:
    """All that is there, sixteen parts of it at a time; None where asking for each file takes less time."""
    parts = pool.map(lambda start: blobs.listed(start, files * LISTED_A_FILE), "0123456789abcdef")
    there: set[str] = set()
    for part in parts:
        if part is None:
            return None
        there |= part
    return there


def _asked(pool: ThreadPoolExecutor, files: list[File], blobs: Blobs, progress: Tell) -> list[File]:
    """Those that are not there, by one question a file."""
    asked = {pool.submit(blobs.has, file.sha256): file for file in files}
    missing: list[File] = []
    for done, answer in enumerate(as_completed(asked), 1):
        if not answer.result():
            missing.append(asked[answer])
        progress(Progress("asking", done, len(files)))
    return missing


class _Stopped(Exception):
    """Raised in a thread that sends, when another one failed or a person stopped it."""


def _send(files: list[File], root: str, blobs: Blobs, progress: Tell) -> None:
    total, done, lock, stop = sum(file.size_bytes for file in files), 0, Lock(), Event()

    def moved(count: int) -> None:
        nonlocal done
        if stop.is_set():
            raise _Stopped
        with lock:
            done += count
            progress(Progress("sending", done, total))

    with ThreadPoolExecutor(SENDING, thread_name_prefix="send") as pool:
        put = [pool.submit(blobs.put, os.path.join(root, file.path), file.sha256, moved) for file in files]
        try:
            for sent in as_completed(put):
                sent.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop.set()
            raise


def _count(files: int) -> str:
    return f"{files:,} file{'' if files == 1 else 's'}"


def show_bytes(count: float) -> str:
    """A size as people read it, in powers of 1000.

    >>> show_bytes(999), show_bytes(1536), show_bytes(5 << 30)
    ('999 B', '1.5 kB', '5.4 GB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.1f} {unit}" if count < 10 and unit != "B" else f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
