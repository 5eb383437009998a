"""An upload sends what is missing, once, and says what it did."""

import os
import threading
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from launcher.blobs import Moved, check, quiet
from launcher.errors import DamagedError, StorageUnreachable
from launcher.folder_blobs import FolderBlobs
from launcher.project import scan, scan_input
from launcher.upload import MANY, SENDING, Progress, Sent, upload


class Watched(FolderBlobs):
    """A folder that counts what is asked of it and put into it."""

    def __init__(self, root: Path) -> None:
        super().__init__(str(root))
        self.asked: Counter[str] = Counter()
        self.put_shas: Counter[str] = Counter()
        self._lock = threading.Lock()

    def has(self, sha: str) -> bool:
        with self._lock:
            self.asked[sha] += 1
        return super().has(sha)

    def listed(self, start: str, most: int) -> set[str] | None:
        with self._lock:
            self.asked[start] += 1
        return super().listed(start, most)

    def put(self, path: str, sha: str, moved: Moved = quiet) -> None:
        with self._lock:
            self.put_shas[sha] += 1
        super().put(path, sha, moved)


class Memory(Watched):
    """Holds hashes alone, for a test of many files; `crowded` says that a list would be long."""

    crowded = False

    def has(self, sha: str) -> bool:
        with self._lock:
            self.asked[sha] += 1
        return sha in self.put_shas

    def listed(self, start: str, most: int) -> set[str] | None:
        assert most > 0
        with self._lock:
            self.asked[start] += 1
            return None if self.crowded else {sha for sha in self.put_shas if sha.startswith(start)}

    def put(self, path: str, sha: str, moved: Moved = quiet) -> None:
        with open(path, "rb") as file, self._lock:
            check(path, sha, sha256(file.read()).hexdigest())
            self.put_shas[sha] += 1
        moved(os.path.getsize(path))


def make(root: Path, files: int) -> Path:
    for number in range(files):
        path = root / f"lot {number % 7}" / f"é{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number:08}")
    return root


def test_the_second_run_sends_what_changed(tmp_path: Path):
    """The first run sends all, the second nothing, the third the one file that changed; each says so."""
    root, place = make(tmp_path / "my data", 50), Watched(tmp_path / "state")
    first = upload(scan_input(str(root)).files, str(root), place)
    second = upload(scan_input(str(root)).files, str(root), place)
    (root / "lot 3" / "é3.txt").write_text("new")
    third = upload(scan_input(str(root)).files, str(root), place)
    assert (first, str(first)) == (Sent(50, 50, 400, 400), "50 files sent (400 B)")
    assert (second, str(second)) == (Sent(50, 0, 400, 0), "nothing sent: all 50 files (400 B) were there already")
    expected = "1 of 50 files sent (3 B of 395 B), the rest was there already"
    assert (third, str(third)) == (Sent(50, 1, 395, 3), expected)
    assert set(place.put_shas.values()) == {1}


def test_content_that_files_share_is_sent_once(tmp_path: Path):
    """Ten copies are asked for once and sent once, and count as files."""
    for number in range(10):
        (tmp_path / f"{number}.txt").write_text("same")
    place = Watched(tmp_path / "state")
    sent = upload(scan_input(str(tmp_path)).files, str(tmp_path), place)
    assert sent == Sent(files=10, files_sent=10, bytes_total=40, bytes_sent=4)
    assert (place.asked.total(), place.put_shas.total()) == (1, 1)


def test_ten_thousand_files_the_second_time(tmp_path: Path):
    """Of 10,000 files one that changed is sent, and only that."""
    root, place = make(tmp_path / "p", 10_000), Memory(tmp_path)
    (root / "main.py").write_text("")
    upload(scan(str(root)).files, str(root), place)
    (root / "main.py").write_text("print()")
    place.asked.clear()
    sent = upload(scan(str(root)).files, str(root), place)
    assert (sent.files, sent.files_sent, sent.bytes_sent, place.put_shas.total()) == (10_001, 1, 7, 10_002)
    assert place.asked.total() == 16


def test_many_files_in_a_crowded_place(tmp_path: Path):
    """Where far more is there than is sent, each file is asked for, once, and the outcome is the same."""
    root, place = make(tmp_path / "p", MANY + 1), Memory(tmp_path)
    place.crowded = True
    files = scan_input(str(root)).files
    first, second = (upload(files, str(root), place) for _ in range(2))
    assert (first.files_sent, second.files_sent, second.bytes_sent) == (MANY + 1, 0, 0)
    assert {place.asked[file.sha256] for file in files} == {2}


def test_progress_ends_at_the_total(tmp_path: Path):
    """Files are counted while they are asked for, bytes while they are sent, neither ever backwards."""
    root, told = make(tmp_path / "d", 30), list[Progress]()
    upload(scan_input(str(root)).files, str(root), FolderBlobs(str(tmp_path / "s")), told.append)
    asked = [one for one in told if one.step == "asking"]
    sent = [one for one in told if one.step == "sending"]
    assert [one.done for one in asked] == list(range(1, 31))
    assert [one.done for one in sent] == sorted(one.done for one in sent)
    assert (sent[-1].done, {one.total for one in sent}) == (240, {240})


def test_a_file_that_changed_meanwhile_ends_the_upload(tmp_path: Path):
    """Between the reading and the sending a file may change: the manifest would lie, so nothing goes on."""
    root = make(tmp_path / "d", 20)
    files = scan_input(str(root)).files
    (root / "lot 3" / "é3.txt").write_text("meanwhile")
    with pytest.raises(DamagedError, match=r"é3\.txt"):
        upload(files, str(root), FolderBlobs(str(tmp_path / "s")))


def test_one_failure_stops_the_others(tmp_path: Path):
    """A place that does not answer is told at once: what is under way ends at its next bytes, the rest never begins."""

    class Failing(Watched):
        def put(self, path: str, sha: str, moved: Moved = quiet) -> None:
            del path
            with self._lock:
                self.put_shas[sha] += 1
                if self.put_shas.total() == 3:
                    raise StorageUnreachable("gone", "try again")
            while True:  # as a large file under way: it hears of the failure by what `moved` raises
                moved(0)

    root, place = make(tmp_path / "d", 300), Failing(tmp_path / "s")
    with pytest.raises(StorageUnreachable):
        upload(scan_input(str(root)).files, str(root), place)
    assert place.put_shas.total() <= 1 + SENDING


def test_ctrl_c_stops_the_upload(tmp_path: Path):
    """What the teller of progress raises is raised to the caller, and no half file stays."""

    def stop(told: Progress) -> None:
        if told.step == "sending":
            raise KeyboardInterrupt

    root = make(tmp_path / "d", 100)
    with pytest.raises(KeyboardInterrupt):
        upload(scan_input(str(root)).files, str(root), FolderBlobs(str(tmp_path / "s")), stop)
    assert list((tmp_path / "s").rglob("*.part")) == []


@pytest.mark.parametrize(
    ("sent", "expected"),
    [(Sent(0, 0, 0, 0), "nothing sent: all 0 files (0 B) were there already"),
     (Sent(1, 1, 9, 9), "1 file sent (9 B)")],
)  # fmt: skip
def test_small_counts_read_well(sent: Sent, expected: str):
    """One is no plural."""
    assert str(sent) == expected
