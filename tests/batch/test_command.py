"""`python -m batch run` as its user has it: files in, rows and a report out, through every way of being interrupted."""

import csv
import gzip
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from batch.settings import CHUNK_ROWS
from store import address as addresses
from store.database import Database
from store.tables import CHUNK, REJECT, REVIEW
from tests.store.postgres import Postgres, programs

ROOT = Path(__file__).parents[2]
ROWS = 20_000
NUMBERS = re.compile(r"rows in ([\d,]+) = stored ([\d,]+) \+ rejected ([\d,]+)")
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV with a broken row in a hundred, and a compressed one below it."""
    root = tmp_path_factory.mktemp("reviews")
    (root / "more").mkdir()
    for name, numbers in (("a.csv", range(ROWS // 2)), ("more/b.csv.gz", range(ROWS // 2, ROWS))):
        opened = gzip.open if name.endswith("gz") else open
        with opened(root / name, "wt", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "text", "language"])
            rows.writerows([n, _text(n), "en"] for n in numbers)
    return root


def _text(number: int) -> str:
    return "" if number % 100 == 99 else f"The company profit rose in quarter {number}"


@pytest.fixture
def start(shipped: Path) -> Iterator[Start]:
    """A function: options to a process of the command, in a session of its own; what is left of it is ended."""
    begun: list[subprocess.Popen[str]] = []

    def begin(*options: object, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        command = [
            *prefix,
            sys.executable,
            "-m",
            "batch",
            "run",
            "--artifacts",
            shipped,
            "--task",
            "sentiment",
            "--languages",
            "en",
            *options,
        ]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        begun.append(subprocess.Popen(list(map(str, command)), cwd=ROOT, start_new_session=True, **pipes))
        return begun[-1]

    yield begin
    for process in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def ended(process: subprocess.Popen[str], code: int) -> tuple[str, str]:
    """Its output; a run may take long on a busy machine, and never for ever."""
    output, errors = process.communicate(timeout=240)
    assert process.returncode == code, f"{output}\n{errors}"
    assert "Traceback" not in errors
    return output, errors


def numbers(output: str) -> tuple[int, ...]:
    found = NUMBERS.search(output)
    assert found, output
    return tuple(int(number.replace(",", "")) for number in found.groups())


def counts(address: str) -> tuple[int, int, int]:
    """Rows of reviews, rejects and chunks, by a look of our own at the tables; zeroes before there are any."""
    database = Database(addresses.parse(address), give_up_s=20)
    queries = [select(func.count()).select_from(table) for table in (REVIEW, REJECT, CHUNK)]
    try:
        found = database.run(lambda connection: [connection.execute(query).scalar_one() for query in queries])
    except DBAPIError:
        return 0, 0, 0
    finally:
        database.close()
    return found[0], found[1], found[2]


def wait_for_chunks(process: subprocess.Popen[str], address: str, least: int = 2) -> None:
    """Until some are stored; the process must be at work still."""
    deadline = time.monotonic() + 120
    while counts(address)[2] < least:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "nothing was stored"
        time.sleep(0.02)


def workers(process: subprocess.Popen[str]) -> list[int]:
    """The processes of a run that do chunks."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == process.pid and b"spawn_main" in (path / "cmdline").read_bytes():
                found.append(int(path.name))
        except OSError:
            continue
    return found


def test_a_folder_becomes_rows_and_a_report(start: Start, folder: Path, address: str, tmp_path: Path):
    """With the three numbers, which are those of the tables; again it changes nothing and says the same."""
    options = ("--input", folder, "--store", address, "--report", tmp_path / "report")
    output, _ = ended(start(*options), 0)
    assert numbers(output) == (ROWS, 19_800, 200)
    assert counts(address)[:2] == (19_800, 200)
    page = (tmp_path / "report/reviews.html").read_text()
    assert "rows in 20,000 = stored 19,800 + rejected 200" in page
    assert not re.findall(r'(?:src|href)="(?!#)', page), "the page needs nothing else"
    assert (tmp_path / "report/reviews.png").read_bytes().startswith(b"\x89PNG")
    before = counts(address)
    again, _ = ended(start(*options), 0)
    assert (numbers(again), counts(address)) == (numbers(output), before)
    assert "0 rows done" in again


def test_without_a_report_it_lies_beside_the_file(start: Start, folder: Path, tmp_path: Path):
    """By the name of the store."""
    output, _ = ended(start("--input", folder / "a.csv", "--store", tmp_path / "own.db"), 0)
    assert f"Report: {tmp_path}/own.html, {tmp_path}/own.png" in output
    assert sorted(path.name for path in tmp_path.glob("own.*")) == ["own.db", "own.html", "own.png"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_finishes_what_is_in_hand(start: Start, folder: Path, address: str, number: int, code: int):
    """Sent to the whole group, as a terminal does; the next run does the rest, and all rows are there once."""
    options = ("--input", folder, "--store", address)
    process = start(*options)
    wait_for_chunks(process, address)
    os.killpg(process.pid, number)
    output, errors = ended(process, code)
    assert "are finished, within 20 s" in errors
    assert "the same command does the rest" in output
    stored, rejected, chunks = counts(address)
    assert 0 < stored + rejected == CHUNK_ROWS * chunks < ROWS
    output, _ = ended(start(*options), 0)
    assert numbers(output) == (ROWS, 19_800, 200)
    assert f"{stored + rejected:,} were there already" in output


def test_a_signal_while_processes_start(start: Start, folder: Path, tmp_path: Path):
    """They do not hear it, in no moment of their start: nothing is said but by the run."""
    process = start("--input", folder, "--store", tmp_path / "a.db", "--processes", 2)
    while not workers(process):
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    ended(process, 130)


def test_a_worker_that_is_killed_is_told_and_replaced(start: Start, folder: Path, address: str):
    """As by the kernel when memory is short."""
    process = start("--input", folder, "--store", address, "--processes", 2)
    wait_for_chunks(process, address)
    os.kill(workers(process)[0], signal.SIGKILL)
    output, errors = ended(process, 0)
    assert "was ended by signal 9" in errors
    assert (numbers(output), counts(address)[:2]) == ((ROWS, 19_800, 200), (19_800, 200))


def test_a_run_that_is_killed_leaves_whole_chunks_and_no_process(start: Start, folder: Path, address: str):
    """Its processes end by themselves, and the next run does the rest."""
    options = ("--input", folder, "--store", address)
    process = start(*options)
    wait_for_chunks(process, address)
    left = workers(process)
    process.kill()
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in left):
        assert time.monotonic() < deadline, "a process stayed"
        time.sleep(0.05)
    stored, rejected, chunks = counts(address)
    assert stored + rejected == CHUNK_ROWS * chunks
    output, _ = ended(start(*options), 0)
    assert (numbers(output), counts(address)[:2]) == ((ROWS, 19_800, 200), (19_800, 200))


def test_two_runs_at_once_end_with_the_same_rows(start: Start, folder: Path, address: str):
    """Each says that all is there."""
    options = ("--input", folder, "--store", address, "--processes", 1)
    both = [start(*options) for _ in range(2)]
    assert [numbers(ended(process, 0)[0]) for process in both] == [(ROWS, 19_800, 200)] * 2
    assert counts(address) == (19_800, 200, 40)


def test_a_database_that_goes_away_is_waited_for(start: Start, folder: Path):
    """For ten seconds; nothing is lost and nothing is doubled."""
    found = programs()
    if not found:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    own = Postgres(found)
    try:
        process = start("--input", folder, "--store", own.url)
        wait_for_chunks(process, own.url)
        own.stop()
        back = own.start_in(10.0)
        output, _ = ended(process, 0)
        back.join()
        assert (numbers(output), counts(own.url)[:2]) == ((ROWS, 19_800, 200), (19_800, 200))
    finally:
        own.remove()


def test_a_full_disk_ends_with_one_line(start: Start, folder: Path, tmp_path: Path):
    """On a file system of one megabyte; what was stored is whole."""
    small = tmp_path / "small"
    small.mkdir()
    script = f'mount -t tmpfs -o size=1m small {small} && exec "$@"'
    mount = ("unshare", "--mount", "--map-root-user", "sh", "-c", script, "-")
    if subprocess.run([*mount, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    _, errors = ended(start("--input", folder, "--store", small / "a.db", prefix=mount), 1)
    assert re.fullmatch(rf"(.* rows, .*\n)*batch: {small}/a\.db is full: .*\n", errors)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--input", "nowhere.csv"), r"nowhere\.csv: expected a file, a folder or s3://bucket/prefix, found nothing"),
        (("--input", "{a}", "--text-column", "body"), r"a\.csv: expected one column 'body', found only 'id', 'text'"),
        (
            ("--input", "{a}", "--languages", "en,xx"),
            r"languages .xx.: expected codes such as en,es of .*, found none of them",
        ),
        (("--input", "{a}", "--engines", "magic"), r"engines 'magic': 'magic' is none; expected auto, apertium"),
        (("--input", "{a}", "--store", "mysql://u:secret@h/d"), r"'mysql://\*\*\*@h/d' is no database"),
        (("--input", "{a}", "--store", "{a}"), r"a\.csv cannot be used: file is not a database"),
        (("--input", "{a}", "--report", "{a}"), r"--report .*a\.csv: expected a folder that can be written, found"),
        (("--input", "{a}", "--task", "other"), r"vectorizer/other/manifest\.json: expected a readable file"),
    ],
)
def test_a_wrong_setting_is_one_line(start: Start, folder: Path, tmp_path: Path, options: tuple[str, ...], told: str):
    """With what was found and what is expected; nothing is done, and trying again does not help."""
    given = [option.replace("{a}", str(folder / "a.csv")) for option in options]
    store = [] if "--store" in given else ["--store", str(tmp_path / "a.db")]
    output, errors = ended(start(*given, *store), 2)
    assert re.fullmatch(rf"batch: .*{told}.*\n", errors)
    assert output == ""


def test_ctrl_c_while_it_starts_says_nothing():
    """Its imports take a second, in which nothing can be lost."""
    command = [sys.executable, "-X", "importtime", "-m", "batch", "run", "--input", "a.csv"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    next(line for line in process.stderr if "typer" in line)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1]
    assert (process.returncode, "Traceback" in errors) == (130, False)


def test_a_bucket_that_does_not_answer_may_later(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """So the exit code is the one at which AWS Batch tries again."""
    given = {"ENDPOINT_URL": "http://127.0.0.1:9", "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "MAX_ATTEMPTS": "1"}
    for name, value in (given | {"DEFAULT_REGION": "eu-west-1"}).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    _, errors = ended(start("--input", "s3://reviews/in", "--store", tmp_path / "a.db"), 75)
    assert errors == "batch: s3://reviews/in cannot be reached: EndpointConnectionError\n"


def test_help_tells_every_option(start: Start):
    """Of the command's own interface."""
    output, _ = ended(start("--help"), 0)
    expected = ["input", "store", "text-column", "id-column", "language-column", "languages", "engines", "task"]
    expected += ["artifacts", "processes", "report"]
    assert [name for name in expected if f"--{name}" not in output] == []
