"""Publishing: both folders or neither, whatever fails, and no trace of a failure."""

from __future__ import annotations

import os
import stat
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import textmodel
from textmodel import ArtifactError, load
from textmodel.artifact import Artifact
from textmodel.network import Dense
from textmodel.publish import publish

if TYPE_CHECKING:
    from tests.conftest import Pair

Make = Callable[..., Artifact]
HERE = os.path.dirname(os.path.dirname(os.path.abspath(textmodel.__file__)))
TEXTS = ("", "profit rose", "net loss fell to eur 13 mn", "layoffs in helsinki")
NAN, INFINITY = float("nan"), float("inf")


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def answers(root: Path) -> list[Any]:
    model = load(root=str(root))
    return [model.classify(text) for text in TEXTS]


def with_last(artifact: Artifact, **fields: Any) -> Artifact:
    """The artifact with another last layer."""
    return artifact._replace(layers=(*artifact.layers[:-1], artifact.layers[-1]._replace(**fields)))


def test_replaces_an_old_pair(pair: Pair, make_artifact: Make):
    """The new pair stands where the old one did, nothing of the old one is left, and it is what is returned."""
    model = publish(str(pair.root), make_artifact(seed=2, version="2.0.0"), TEXTS, {})
    expected = {*pair.files}
    assert set(files(pair.root)) == expected
    assert answers(pair.root) == [model.classify(text) for text in TEXTS]
    assert model.name == "sentiment-2.0.0"


def test_first_pair_of_a_new_root(tmp_path: Path, make_artifact: Make):
    """Folders that are not there are made."""
    publish(str(tmp_path / "new" / "root"), make_artifact(), TEXTS, {})
    expected = ["saved_model", "vectorizer"]
    assert sorted(os.listdir(tmp_path / "new" / "root")) == expected


def test_other_tasks_stay(pair: Pair, make_artifact: Make):
    """A pair of one task leaves the pairs of others alone."""
    before = files(pair.root)
    publish(str(pair.root), make_artifact(task="emotion", labels=("joy", "fear", "anger")), TEXTS, {})
    after = files(pair.root)
    assert {name: after[name] for name in before} == before
    assert load("emotion", str(pair.root)).labels == ("joy", "fear", "anger")


def test_goldens_are_stored_with_their_answers(tmp_path: Path, make_artifact: Make):
    """Each golden text is stored beside the scores that the model gives it."""
    model = publish(str(tmp_path), make_artifact(), TEXTS, {})
    expected = [{"text": text, "scores": model.classify(text).scores} for text in TEXTS]
    assert list(model.artifact.goldens) == expected


def test_extras_are_written(tmp_path: Path, make_artifact: Make):
    """Further files stand beside the weights, byte for byte."""
    extras = {"MODEL_CARD.md": b"# Card\n", "confusion.png": bytes(range(256))}
    publish(str(tmp_path), make_artifact(), TEXTS, extras)
    found = files(tmp_path / "saved_model" / "sentiment")
    assert {name: found[name] for name in extras} == extras


def test_twice_gives_the_same_bytes(tmp_path: Path, make_artifact: Make):
    """Publishing the same artifact again, here or elsewhere, gives the same files."""
    for root in ("a", "b", "b"):
        publish(str(tmp_path / root), make_artifact(), TEXTS, {"MODEL_CARD.md": b"# Card\n"})
    expected = files(tmp_path / "a")
    assert files(tmp_path / "b") == expected


def test_what_was_read_can_be_published(pair: Pair, tmp_path: Path):
    """An artifact as read from disk is published to the same bytes."""
    model = load(root=str(pair.root))
    texts = [golden["text"] for golden in model.artifact.goldens]
    publish(str(tmp_path / "copy"), model.artifact, texts, {"MODEL_CARD.md": b"# Sentiment\n"})
    expected = files(pair.root)
    assert files(tmp_path / "copy") == expected


def test_others_may_read_what_is_published(tmp_path: Path, make_artifact: Make):
    """Folders and files have the modes that the process gives new ones, not those of the staging folder."""
    publish(str(tmp_path), make_artifact(), TEXTS, {})
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    expected = {True: (tmp_path / "folder").stat().st_mode, False: (tmp_path / "file").stat().st_mode}
    published = [*(tmp_path / "vectorizer").rglob("*"), *(tmp_path / "saved_model").rglob("*")]
    assert {stat.S_ISDIR(path.stat().st_mode): path.stat().st_mode for path in published} == expected


REFUSED = [
    ("weight NaN", lambda a: with_last(a, kernel=struct.pack("<24f", NAN, *[0.0] * 23))),
    ("weight infinite", lambda a: with_last(a, kernel=struct.pack("<24f", *[0.0] * 23, INFINITY))),
    ("weight 64", lambda a: with_last(a, kernel=struct.pack("<24f", 64.0, *[0.0] * 23))),
    ("weight -64", lambda a: with_last(a, kernel=struct.pack("<24f", -64.0, *[0.0] * 23))),
    ("bias NaN", lambda a: with_last(a, bias=(0.0, NAN, 0.0))),
    ("bias 64", lambda a: with_last(a, bias=(0.0, 64.0, 0.0))),
    ("bias that rounds to 64", lambda a: with_last(a, bias=(0.0, 63.9999999999, 0.0))),
    ("kernel of other rows", lambda a: with_last(a, kernel=bytes(4 * 21))),
    ("kernel of half a number", lambda a: with_last(a, kernel=bytes(4 * 24 + 2))),
    ("first kernel too short", lambda a: a._replace(layers=(Dense(bytes(32), a.layers[0].bias), a.layers[1]))),
    ("last layer without units", lambda a: with_last(a, kernel=b"", bias=())),
    ("first layer without units", lambda a: a._replace(layers=(Dense(b"", ()), Dense(b"", (0.0, 0.0, 0.0))))),
    ("no layers", lambda a: a._replace(layers=())),
    ("label more", lambda a: a._replace(labels=(*a.labels, "mixed"))),
    ("label twice", lambda a: a._replace(labels=("up", "up", "down"))),
    ("labels are numbers", lambda a: a._replace(labels=(0, 1, 2))),
    ("term less", lambda a: a._replace(terms=a.terms[1:])),
    ("term twice", lambda a: a._replace(terms=(a.terms[1], *a.terms[1:]))),
    ("term of two lines", lambda a: a._replace(terms=("net\nloss", *a.terms[1:]))),
    ("no terms", lambda a: a._replace(terms=())),
    ("temperature 0", lambda a: a._replace(temperature=0.0)),
    ("temperature NaN", lambda a: a._replace(temperature=NAN)),
    ("a field replaced", lambda a: a._replace(about={"labels": []})),
]


@pytest.mark.parametrize("spoil", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_does_not_fit_is_refused(pair: Pair, make_artifact: Make, spoil: Callable[[Artifact], Artifact]):
    """Parts that do not fit are an ArtifactError, and the old pair stands as it was, with nothing beside it."""
    expected, listing = files(pair.root), sorted(os.listdir(pair.root))
    with pytest.raises(ArtifactError):
        publish(str(pair.root), spoil(make_artifact(seed=2)), TEXTS, {})
    assert (files(pair.root), sorted(os.listdir(pair.root))) == (expected, listing)


@pytest.mark.parametrize("name", ["plots/confusion.png", "weights.safetensors", "x" * 300, ""])
def test_extras_that_cannot_be_written(pair: Pair, make_artifact: Make, name: str):
    """A file that cannot stand in the folder, or would replace one of the pair's own, leaves the old pair."""
    expected, listing = files(pair.root), sorted(os.listdir(pair.root))
    with pytest.raises((ArtifactError, OSError)):
        publish(str(pair.root), make_artifact(seed=2), TEXTS, {name: b"x"})
    assert (files(pair.root), sorted(os.listdir(pair.root))) == (expected, listing)


@pytest.mark.parametrize("blocked", ["vectorizer", "saved_model"])
def test_a_file_where_a_folder_should_be(tmp_path: Path, make_artifact: Make, blocked: str):
    """A destination that cannot be made leaves all as it was."""
    (tmp_path / blocked).write_bytes(b"in the way")
    expected = {blocked: b"in the way"}
    with pytest.raises(OSError, match=blocked):
        publish(str(tmp_path), make_artifact(), TEXTS, {})
    assert files(tmp_path) == expected


def test_half_a_destination_that_fails_keeps_the_other_half(pair: Pair, make_artifact: Make):
    """When the second folder cannot be put in place, the first one is the old one again."""
    (pair.root / "saved_model").rename(pair.root / "kept")
    (pair.root / "saved_model").write_bytes(b"in the way")
    with pytest.raises(OSError, match="saved_model"):
        publish(str(pair.root), make_artifact(seed=2, terms=make_artifact().terms[::-1]), TEXTS, {})
    (pair.root / "saved_model").unlink()
    (pair.root / "kept").rename(pair.root / "saved_model")
    assert answers(pair.root)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may write anywhere: be nobody for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("part", ["", "vectorizer", "saved_model"])
def test_places_that_are_read_only(shipped: Path, make_artifact: Make, part: str):
    """A place where one may not write leaves the old pair with its answers, and nothing beside it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        subprocess.run(["cp", "-R", shipped, root], check=True)
        for path in (root.parent, root, *root.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        expected = answers(root)
        (root / part).chmod(0o555)
        if os.geteuid() == 0:
            os.chown(root / part, 0, 0)
        with unprivileged(), pytest.raises(PermissionError):
            publish(str(root), make_artifact(seed=2), TEXTS, {})
        (root / part).chmod(0o777)
        assert answers(root) == expected
        assert sorted(os.listdir(root)) == ["saved_model", "vectorizer"]


INTERRUPTED = """
import os, signal, sys
from textmodel.artifact import read
from textmodel.publish import publish

root, number, what = sys.argv[1], int(sys.argv[2]), sys.argv[3]
renames = 0

def at_rename(event, arguments):
    global renames
    if event == "os.rename":
        renames += 1
        if renames == number:
            if what == "SIGINT":
                os.kill(os.getpid(), signal.SIGINT)
            else:
                raise {"OSError": OSError, "KeyboardInterrupt": KeyboardInterrupt}[what]("in the middle")

sys.addaudithook(at_rename)
artifact = read(root, "sentiment")
publish(root, artifact._replace(terms=artifact.terms[::-1], version="2.0.0"), ["profit rose"], {})
"""


def publish_interrupted(root: Path, number: int, what: str) -> subprocess.CompletedProcess[str]:
    """Publish in a process of its own, where an audit hook acts at the rename of that number."""
    command = [sys.executable, "-c", INTERRUPTED, str(root), str(number), what]
    return subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("what", ["OSError", "KeyboardInterrupt"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_rename_that_fails(pair: Pair, number: int, what: str):
    """Whichever of the four renames fails or is interrupted, every file of the old pair is back in its place."""
    expected, listing = files(pair.root), sorted(os.listdir(pair.root))
    run = publish_interrupted(pair.root, number, what)
    assert (run.returncode != 0, what in run.stderr) == (True, True)
    assert (files(pair.root), sorted(os.listdir(pair.root))) == (expected, listing)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_interrupt_waits_for_the_swap(pair: Pair, number: int):
    """Ctrl-C between the renames is heard when they are done: the new pair is whole and in place."""
    run = publish_interrupted(pair.root, number, "SIGINT")
    expected = ("sentiment-2.0.0", ["saved_model", "vectorizer"])
    assert "KeyboardInterrupt" in run.stderr
    assert (load(root=str(pair.root)).name, sorted(os.listdir(pair.root))) == expected
