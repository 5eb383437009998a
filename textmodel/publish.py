"""Puts a freshly trained pair in the place of the old one: both folders or neither.

The pair is written and loaded in a staging folder beside its destination, then both folders are
swapped in by renames with signals held back; a failed rename puts back what was there. Power lost
between two renames leaves a pair that `artifact.read` refuses by name (ArtifactPair).
Left out: whether the new pair deserves the place.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from .artifact import Artifact, check, encode, folders
from .model import Model, load


def publish(root: str, artifact: Artifact, goldens: Sequence[str], extras: Mapping[str, bytes]) -> Model:
    """Write `artifact` below `root` and give the model as loaded from there.

    `goldens` are the texts whose answers are stored with it; `extras` are further files of its
    saved_model folder (card, plots), by name.

    Raises: ArtifactError when its parts do not fit; OSError when the disk refuses. Either way the
    old pair is still there.
    """
    check(artifact)
    model = Model(artifact)
    artifact = artifact._replace(goldens=[{"text": t, "scores": model.classify(t).scores} for t in goldens])
    vectorizer_files, network_files = encode(artifact)
    os.makedirs(root, exist_ok=True)
    staging = tempfile.mkdtemp(prefix=".staging-", dir=root)
    try:
        staged = folders(os.path.join(staging, "new"), artifact.task)
        for folder, files in zip(staged, (vectorizer_files, {**network_files, **extras}), strict=True):
            _write(folder, files)
        load(artifact.task, os.path.join(staging, "new"))
        with _signals_held():
            _swap(staged, folders(root, artifact.task), folders(os.path.join(staging, "old"), artifact.task))
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return load(artifact.task, root)


def _write(folder: str, files: Mapping[str, bytes]) -> None:
    os.makedirs(folder)
    for name, content in files.items():
        with open(os.path.join(folder, name), "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _swap(new: Sequence[str], places: Sequence[str], old: Sequence[str]) -> None:
    """Rename each place to its old name and each new folder to its place; undo all if one fails."""
    done: list[tuple[str, str]] = []
    try:
        for fresh, place, aside in zip(new, places, old, strict=True):
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.makedirs(os.path.dirname(aside), exist_ok=True)
            if os.path.lexists(place):
                os.rename(place, aside)
                done.append((place, aside))
            os.rename(fresh, place)
            done.append((fresh, place))
    except BaseException:  # Ctrl-C too: with other threads around, holding signals back does not stop it
        for source, target in reversed(done):
            os.rename(target, source)
        raise


@contextmanager
def _signals_held() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait until the swap is done."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
