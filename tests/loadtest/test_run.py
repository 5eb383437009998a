"""A load test as a person starts it: locust in its own process, against a server that counts, or a local Lambda."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from loadtest import rows
from tests.loadtest.standin import serving

ROOT = Path(__file__).parents[2]
HANG_S = 90.0


def command(out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "loadtest.run", "--out", str(out), *options]


def run(out: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(out, *options), cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False,
        timeout=HANG_S,
    )  # fmt: skip


@contextmanager
def running(out: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """A test that has measured something already, and all the processes that it started."""
    process = subprocess.Popen(command(out, *options), cwd=ROOT, stdout=-1, stderr=-1, text=True)
    try:
        wait_for(lambda: sum(file.stat().st_size for file in (out / "raw").glob("rows-*.csv")) > 300, process)
        yield process, psutil.Process(process.pid).children(recursive=True)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_for(true: object, process: subprocess.Popen[str] | None = None) -> None:
    deadline = time.monotonic() + HANG_S
    while not true():
        assert time.monotonic() < deadline
        assert process is None or process.poll() is None
        time.sleep(0.05)


def gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


def test_what_is_counted_is_what_the_server_did(tmp_path: Path):
    """Every kind of answer is in the CSV as often as it was given, cold apart from warm."""
    with serving(["cold", "warm", "throttled", "fault", "timeout", "oversize", "rejected", "warm"]) as server:
        done = run(tmp_path, "--target", server.url, "--shape", "burst", "--burst", "40")  # none under way at its end
        found = rows.read([tmp_path / "requests.csv"])
    kinds = Counter(row.kind if row.kind != "answered" else row.init for row in found)
    assert done.returncode == 0, done.stderr
    assert kinds == server.counts
    assert {row.duration_ms for row in found if row.init == "cold"} == {2.5}
    assert "the ceiling was the 10x rule" in done.stdout


def test_the_offered_rate_is_kept_though_answers_fail(tmp_path: Path):
    """30 a second for 3 s are 90 requests, give or take the first and the last beat."""
    with serving(["throttled"]) as server:
        run(tmp_path, "--target", server.url, "--rate", "30", "--seconds", "3")
    assert 60 <= server.counts["throttled"] <= 92


@pytest.mark.parametrize(("door", "path"), [("predict", "/predict"), ("batch", "/predict/batch"), ("url", "/predict")])
def test_each_http_door_is_asked_at_its_path(tmp_path: Path, door: str, path: str):
    """One text or many, as the service takes them."""
    with serving(["warm"]) as server:
        run(tmp_path, "--target", server.url, "--door", door, "--shape", "burst", "--burst", "5")
    assert server.paths == {path: 5}
    assert {(b'"texts"' in body) for body in server.bodies} == {door == "batch"}


def test_the_invoke_door_speaks_lambdas_own_interface(tmp_path: Path):
    """boto3's path, and its reading of a throttle and of a function's error."""
    with serving(["warm", "throttled", "timeout"]) as server:
        target = f"lambda:undertone:live@{server.url}"
        run(tmp_path, "--target", target, "--shape", "burst", "--burst", "6")
        found = rows.read([tmp_path / "requests.csv"])
    assert server.paths == {"/2015-03-31/functions/undertone/invocations?Qualifier=live": 6}
    assert Counter(row.kind for row in found) == {"answered": 2, "throttled": 2, "timeout": 2}
    assert {row.reason for row in found if row.kind == "throttled"} == {"FunctionInvocationRateLimitExceeded"}


def test_retries_get_every_request_of_a_burst_answered(tmp_path: Path):
    """Each throttled attempt is sent again, and counts as a throttle; each request counts once."""
    with serving(["throttled", "throttled", "warm"]) as server:
        done = run(tmp_path, "--target", server.url, "--shape", "burst", "--burst", "20", "--retries", "40")
        found = rows.read([tmp_path / "requests.csv"])
    assert done.returncode == 0, done.stderr
    assert sum(row.attempt == 0 for row in found) == sum(row.last for row in found) == 20
    assert [row.kind for row in found if row.last] == ["answered"] * 20
    assert Counter(row.kind for row in found)["throttled"] == server.counts["throttled"] > 0


def test_several_processes_share_the_load(tmp_path: Path):
    """Two workers and a master send as much as one process, and their rows become one file."""
    with serving(["warm"]) as server:
        done = run(tmp_path, "--target", server.url, "--shape", "burst", "--burst", "30", "--processes", "2")
    assert done.returncode == 0, done.stderr
    assert len(rows.read([tmp_path / "requests.csv"])) == server.counts["warm"] == 30
    assert len(list((tmp_path / "raw").glob("rows-*.csv"))) == 2


def test_missed_objectives_are_exit_code_1(tmp_path: Path):
    """And reached ones 0; the sentences say which."""
    with serving(["warm", "throttled"]) as server:
        options = ("--target", server.url, "--shape", "burst", "--burst", "10")
        missed = run(tmp_path / "a", *options, "--success", "0.9")
        reached = run(tmp_path / "b", *options, "--success", "0.5", "--p99-ms", "60000")
    assert (missed.returncode, reached.returncode) == (1, 0)
    assert "50 % were answered, wanted 90 %" in missed.stdout
    assert "The objectives are met" in reached.stdout


def test_a_ramp_ends_at_the_breaking_point(tmp_path: Path):
    """Where most requests fail, long before its time is up."""
    begun = time.monotonic()
    with serving(["throttled", "throttled", "warm"]) as server:
        done = run(tmp_path, "--target", server.url, "--shape", "ramp", "--rate", "600", "--seconds", "60")
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - begun < 45
    assert "In no second of the ramp were 99 % of the requests answered" in done.stdout
    assert sum(server.counts.values()) >= 50


def test_a_ramp_ends_where_answers_are_late(tmp_path: Path):
    """Though every request is answered in the end."""
    begun = time.monotonic()
    with serving(["slow"]) as server:
        done = run(tmp_path, "--target", server.url, "--shape", "ramp", "--rate", "600", "--seconds", "60")
        found = rows.read([tmp_path / "requests.csv"])
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - begun < 45
    assert {row.kind for row in found} == {"answered"}
    assert "In no second of the ramp were 99 % of the requests answered within a second" in done.stdout


def test_a_key_goes_with_each_request_and_into_no_file(tmp_path: Path):
    """It comes from the environment; a service that refuses it is told from one that is full."""
    with serving(["rejected"]) as server:
        options = ("--target", server.url, "--shape", "burst", "--burst", "5")
        done = run(tmp_path, *options, UNDERTONE_API_KEY="undertone-test-key")
    assert server.keys == {"undertone-test-key"}
    assert "the ceiling was refusals" not in done.stdout
    assert "4xx" in done.stdout
    assert "rejected: 401" in (tmp_path / "report.md").read_text()
    assert not any(b"undertone-test-key" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_nobody_at_the_target_is_one_line(tmp_path: Path):
    """Exit code 2, before anything is sent."""
    with serving([]) as server:
        url = server.url
    done = run(tmp_path, "--target", url)
    assert done.returncode == 2
    assert done.stderr.startswith(f"loadtest: nothing answers at {url}: ")
    assert done.stderr.count("\n") == 1


def test_the_local_lambda_is_stepped_through_its_limits(tmp_path: Path):
    """At 1 the 10x rule lets ten a second through, at 2 all of fifteen; nothing is left behind."""
    with running(tmp_path, "--concurrency", "1,2", "--rate", "15", "--seconds", "3") as (process, started):
        output, errors = process.communicate(timeout=HANG_S)
    assert process.returncode == 0, errors
    assert "At a concurrency of 1 the ceiling was the 10x rule" in output
    wait_for(lambda: gone(started))
    assert "| 2 |" in (tmp_path / "report.md").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_still_writes_the_report(tmp_path: Path, number: int):
    """Of what was measured so far; exit code 130, and no process is left."""
    with running(tmp_path, "--rate", "10", "--seconds", "60") as (process, started):
        process.send_signal(number)
        output, errors = process.communicate(timeout=HANG_S)
    assert process.returncode == 130, errors
    assert "Report: " in output
    assert "stopped by hand" in (tmp_path / "report.html").read_text()
    assert rows.read([tmp_path / "requests.csv"]) != []
    wait_for(lambda: gone(started))


def test_locust_killed_in_the_middle_still_gives_a_report(tmp_path: Path):
    """With exit code 1; the local Lambda is gone too, and the next test starts."""
    with running(tmp_path, "--rate", "10", "--seconds", "60") as (process, started):
        next(p for p in started if "locust" in p.cmdline()).kill()
        _, errors = process.communicate(timeout=HANG_S)
    assert process.returncode == 1
    assert "locust ended with -9" in errors
    assert (tmp_path / "report.html").exists()
    wait_for(lambda: gone(started))
    with serving(["warm"]) as server:
        assert run(tmp_path, "--target", server.url, "--shape", "burst", "--burst", "2").returncode == 0


def test_nothing_outlives_a_run_that_was_killed(tmp_path: Path):
    """kill -9 leaves no locust and no local Lambda."""
    with running(tmp_path, "--rate", "10", "--seconds", "60") as (process, started):
        process.kill()
        process.wait()
        assert len(started) >= 2
        wait_for(lambda: gone(started))


def test_pytest_itself_is_not_patched():
    """Importing what the tests import leaves the standard library as it is: gevent stays in locust's process."""
    program = "import loadtest.run, sys; sys.exit('gevent' in sys.modules or 'locust' in sys.modules)"
    environment = {**os.environ, "PYTHONWARNINGS": "error::DeprecationWarning:loadtest"}
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=False).returncode == 0
