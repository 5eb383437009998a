"""launcher/runner.py, started as its engines start it, on storage in a folder and in S3."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from launcher import runner
from launcher.engines.local import RUNNER
from launcher.results import from_json
from tests.launcher.local.conftest import ECHO, until
from tests.launcher.local.placed import RUN, Placed

WRITES_THEN = "import sys, time; open(sys.argv[4] + '/half.txt', 'w').write('half'); print('ready', flush=True); "
WAITS = WRITES_THEN + "time.sleep(600)"


def gone(pid: int) -> bool:
    """Whether no process of that number runs: a zombie that nobody has asked for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_results_come_back_under_their_names(tmp_path: Path):
    """What the script writes below -o stands under results/ by its path, and is listed with its hash."""
    run = Placed(tmp_path / "s", {"main.py": ECHO}, {"été/a b.txt": "one", "x.bin": b"\0\xff"})
    assert run.run() == 0
    assert run.results == {"été/a b.txt": b"ONE", "x.bin": b"\0\xff"}
    assert {file.path for file in from_json(json.dumps(run.listed).encode()).files} == {"été/a b.txt", "x.bin"}
    assert not run.listed["partial"]


def test_the_record_says_what_happened(tmp_path: Path):
    """An attempt's record has its begin and end, exit code, host, peak memory and results."""
    run = Placed(tmp_path / "s", {"main.py": ECHO}, {"a.txt": "one"})
    run.run()
    record = run.record()
    assert record["started_s"] <= record["script_started_s"] <= record["script_ended_s"] <= record["ended_s"]
    assert (record["exit_code"], record["files"], record["bytes"], record["partial"]) == (0, 1, 3, False)
    assert record["host"]
    assert record["peak_memory_bytes"] > 1_000_000


def test_one_file_is_given_as_a_file(tmp_path: Path):
    """Where the person named a file, -i is that file, not its folder."""
    script = "import os, sys; open(sys.argv[4] + '/kind', 'w').write(str(os.path.isfile(sys.argv[2])))"
    run = Placed(tmp_path / "s", {"main.py": script}, {"à lire.csv": "x"}, input_is_file=True)
    assert run.run() == 0
    assert run.results == {"kind": b"True"}


def test_code_keeps_its_folders_and_its_modes(tmp_path: Path):
    """The script finds its modules beside it, and a program that was executable is."""
    main = (
        "import subprocess, sys; from tools.say import WORD; subprocess.run(['./go.sh', sys.argv[4], WORD], check=True)"
    )
    code = {"main.py": main, "tools/say.py": "WORD = 'hello'", "go.sh": '#!/bin/sh\nprintf %s "$2" >"$1/said"\n'}
    run = Placed(tmp_path / "s", code, {})
    assert run.run() == 0, run.log
    assert run.results == {"said": b"hello"}


def test_the_script_gets_its_variables_and_a_folder_for_what_passes(tmp_path: Path):
    """Variables of the manifest reach the script, and TMPDIR goes with the attempt."""
    script = "import os, sys, tempfile; open(sys.argv[4] + '/e', 'w').write(os.environ['MODE'] + tempfile.mkdtemp())"
    run = Placed(tmp_path / "s", {"main.py": script}, {}, env={"MODE": "fast "})
    run.run()
    mode, folder = run.results["e"].decode().split(" ", 1)
    assert mode == "fast"
    assert folder.startswith(str(tmp_path))
    assert not os.path.exists(folder)


def test_nothing_is_left_on_the_machine(tmp_path: Path):
    """The fresh folder of an attempt is removed when it ends."""
    run = Placed(tmp_path / "s", {"main.py": ECHO}, {"a": "b"})
    run.run()
    assert list(tmp_path.glob("launcher-*")) == []


@pytest.mark.parametrize("code", [1, 3, 75, 255])
def test_a_failed_script_passes_its_code_and_its_results(tmp_path: Path, code: int):
    """The runner exits with the script's code, after sending what it made, marked partial."""
    run = Placed(tmp_path / "s", {"main.py": WRITES_THEN + f"sys.exit({code})"}, {})
    assert run.run() == code
    assert run.results == {"half.txt": b"half"}
    assert run.listed["partial"]
    assert run.record()["reason"] == f"main.py ended with exit code {code}"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_reaches_the_script_and_its_results_are_sent(tmp_path: Path, number: signal.Signals, code: int):
    """SIGTERM and SIGINT go on to the script; the attempt ends with 128 and the number, its results partial."""
    run = Placed(tmp_path / "s", {"main.py": WAITS}, {})
    assert run.tell(number) == code
    assert run.results == {"half.txt": b"half"}
    assert run.listed["partial"]
    assert run.record()["reason"] == f"told to end by {number.name}"


def test_a_script_may_finish_after_sigterm(tmp_path: Path):
    """What a script writes in its handler of SIGTERM is sent too, and the code says that it was stopped."""
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (open(sys.argv[4] + '/last', 'w').write('kept'), sys.exit(0)))\n"
        "print('ready', flush=True); time.sleep(600)"
    )
    run = Placed(tmp_path / "s", {"main.py": script}, {})
    assert run.tell(signal.SIGTERM) == 143
    assert run.results == {"last": b"kept"}


def test_a_script_that_stays_is_killed(tmp_path: Path):
    """After the grace a script that ignores SIGTERM is killed, and its results are sent."""
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS
    run = Placed(tmp_path / "s", {"main.py": deaf}, {})
    assert run.tell(signal.SIGTERM, LAUNCHER_GRACE_S="0.1") == 143
    assert run.results == {"half.txt": b"half"}
    assert "killed since it had not ended 0.1 s later" in run.record()["reason"]


def test_what_the_script_started_ends_with_it(tmp_path: Path):
    """A process that the script left behind does not outlive the attempt."""
    script = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "open(sys.argv[4] + '/pid', 'w').write(str(child.pid))"
    )
    run = Placed(tmp_path / "s", {"main.py": script}, {})
    assert run.run() == 0
    until(lambda: gone(int(run.results["pid"])), "the end of the child")


def test_the_time_limit_ends_the_script(tmp_path: Path):
    """At timeout_s the script is told to end as by SIGTERM, and what it made is sent."""
    run = Placed(tmp_path / "s", {"main.py": WAITS}, {}, timeout_s=0.2)
    assert run.run() == 143
    assert run.record()["reason"] == "the time limit was reached"
    assert run.results == {"half.txt": b"half"}


def test_a_moment_may_end_the_script_too(tmp_path: Path):
    """LAUNCHER_END_BY_S, seconds since 1970, ends what a limit of cost no longer lets go on."""
    run = Placed(tmp_path / "s", {"main.py": WAITS}, {})
    assert run.run(LAUNCHER_END_BY_S="1") == 143


def test_a_script_that_is_killed_is_said_to_want_memory(tmp_path: Path):
    """SIGKILL that nobody sent is most likely the kernel's, for want of memory."""
    run = Placed(tmp_path / "s", {"main.py": "import os; os.kill(os.getpid(), 9)"}, {})
    assert run.run() == 137
    assert "want of memory" in run.record()["reason"]


def test_a_damaged_blob_is_never_run(tmp_path: Path):
    """Bytes that are not what their hash says end the attempt with 2 before the script starts."""
    run = Placed(tmp_path / "s", {"main.py": "open('/nowhere')"}, {"a.txt": "one"})
    (tmp_path / "s/blobs" / run.manifest["input"][0]["sha256"]).write_bytes(b"two")
    assert run.run() == 2
    assert "a.txt is damaged in storage" in run.record()["reason"]
    assert run.record()["partial"]


def test_a_missing_blob_is_named(tmp_path: Path):
    """A blob that is not there ends the attempt with 2 and its key."""
    run = Placed(tmp_path / "s", {"main.py": ECHO}, {"a.txt": "one"})
    sha = run.manifest["input"][0]["sha256"]
    (tmp_path / "s/blobs" / sha).unlink()
    assert run.run() == 2
    assert run.record()["reason"] == f"blobs/{sha} is not in storage"


@pytest.mark.parametrize("changed", [
    {"version": 2}, {"entry": "other.py"}, {"results": "../out"}, {"timeout_s": 0}, {"code": None}, {"env": None},
    {"budget_s": [60]}, {"budget_s": 60},
    {"input": [{"path": "../../etc/cron", "sha256": "0" * 64}]}, {"input": [{"path": "/etc/x", "sha256": "0" * 64}]},
    {"input": [{"path": "a\\b", "sha256": "0" * 64}]}, {"input": [{"path": "a", "sha256": "../x"}]},
], ids=str)  # fmt: skip
def test_a_wrong_manifest_is_refused(tmp_path: Path, changed: dict[str, object]):
    """Nothing is fetched by a manifest that is of another version, damaged, or names a path outside its folder."""
    run = Placed(tmp_path / "s", {"main.py": ECHO}, {})
    run.write(**changed)
    assert run.run() == 2
    assert "manifest" in run.record()["reason"]


def test_an_address_without_a_run_is_refused(tmp_path: Path):
    """What is no .../runs/ID/manifest.json ends with 2 and a sentence."""
    with pytest.raises(runner.End) as error:
        runner.opened(str(tmp_path / "manifest.json"))
    assert error.value.code == 2


def test_a_later_attempt_replaces_an_earlier_one(tmp_path: Path):
    """Results that an earlier attempt left and the last one did not make are removed."""
    script = "import os, sys; open(sys.argv[4] + '/of ' + os.environ['AWS_BATCH_JOB_ATTEMPT'], 'w')"
    run = Placed(tmp_path / "s", {"main.py": script}, {})
    assert run.run(AWS_BATCH_JOB_ATTEMPT="1") == 0
    assert run.run(AWS_BATCH_JOB_ATTEMPT="2") == 0
    assert set(run.results) == {"of 2"}
    assert [run.record(n)["number"] for n in (1, 2)] == [1, 2]


def test_attempts_of_a_second_job_count_on(tmp_path: Path):
    """A job that takes over numbers its attempts after those of the one before it."""
    run = Placed(tmp_path / "s", {"main.py": ECHO}, {})
    run.run(AWS_BATCH_JOB_ATTEMPT="1", LAUNCHER_ATTEMPTS_BEFORE="3")
    assert run.record(4)["number"] == 4


def test_attempts_share_what_the_run_may_cost(tmp_path: Path):
    """With a budget for all, the next attempt has what the earlier ones left, each with its machine's start."""
    run = Placed(tmp_path / "s", {"main.py": WAITS}, {}, budget_s=[602, 300])
    earlier = {"number": 1, "started_s": 1000.0, "ended_s": 1001.0}
    (run.root / RUN / "attempts").mkdir()
    (run.root / RUN / "attempts/0001.json").write_text(json.dumps(earlier))
    assert run.run(AWS_BATCH_JOB_ATTEMPT="2", LAUNCHER_GRACE_S="5") == 143
    record = run.record(2)
    assert record["reason"] == "the time limit was reached"
    assert record["script_ended_s"] - record["started_s"] < 30
    assert run.results == {"half.txt": b"half"}


@pytest.mark.parametrize("ended_s", [1400.0, None])
def test_an_attempt_that_nothing_is_left_for_runs_nothing(tmp_path: Path, ended_s: float | None):
    """One whose host was lost without a word is reckoned until the next begins; earlier results stay."""
    run = Placed(tmp_path / "s", {"main.py": WAITS}, {}, budget_s=[1000, 300])
    (run.root / RUN / "attempts").mkdir()
    (run.root / RUN / "attempts/0001.json").write_text(json.dumps({"started_s": 999.0, "ended_s": ended_s}))
    (run.root / RUN / "results").mkdir()
    (run.root / RUN / "results/half.txt").write_text("half")
    assert run.run(AWS_BATCH_JOB_ATTEMPT="2") == 143
    assert run.record(2)["reason"] == "earlier attempts have used up what the run may cost"
    assert "starting main.py" not in run.log
    assert run.results == {"half.txt": b"half"}


def test_what_cannot_be_kept_is_said(tmp_path: Path):
    """A pipe and a name that is no text are left out of the results, in words; the rest is sent."""
    script = (
        "import os, sys; out = sys.argv[4]\n"
        "os.mkfifo(out + '/pipe'); open(os.fsencode(out) + b'/\\xff', 'w'); open(out + '/fine', 'w')"
    )
    run = Placed(tmp_path / "s", {"main.py": script}, {})
    assert run.run() == 0
    assert set(run.results) == {"fine"}
    assert len(run.listed["left_out"]) == 2


def test_a_script_that_removes_its_output_has_none(tmp_path: Path):
    """No results are no fault of the runner's."""
    run = Placed(tmp_path / "s", {"main.py": "import shutil, sys; shutil.rmtree(sys.argv[4])"}, {})
    assert run.run() == 0
    assert run.listed["files"] == []


def test_a_signal_before_the_script_ends_the_attempt():
    """While files are fetched a signal ends the attempt with its code; while they are sent it is only noted."""
    stop = runner.Stop()
    with pytest.raises(runner.End) as error:
        stop.told(signal.SIGTERM)
    assert error.value.code == 143
    stop.noting = True
    stop.told(signal.SIGTERM)


def test_the_runner_needs_the_standard_library_alone(tmp_path: Path):
    """The one file starts where nothing is installed: without site-packages, with no module of this room."""
    run = Placed(tmp_path / "s", {"main.py": ECHO}, {"a": "b"})
    done = subprocess.run([sys.executable, "-I", "-S", RUNNER, tmp_path / "s" / RUN / "manifest.json"], check=False)
    assert done.returncode == 0
    assert run.results == {"a": b"B"}
    text = Path(RUNNER).read_text(encoding="utf-8")
    assert "from ." not in text
    assert "import launcher" not in text


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def client(url: str, attempts: int = 3):
    return boto3.client(
        "s3", endpoint_url=url, region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": attempts}, connect_timeout=1, s3={"addressing_style": "path"}),
    )  # fmt: skip


def test_the_same_run_from_a_bucket(tmp_path: Path, s3_url: str, monkeypatch: pytest.MonkeyPatch):
    """From s3:// a run is what it is from a folder, and S3 keeps a SHA-256 of each result."""
    run = Placed(tmp_path / "s", {"main.py": ECHO}, {"été/a b.txt": "one"})
    s3 = client(s3_url)
    s3.create_bucket(Bucket="ours", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for path in (p for p in run.root.rglob("*") if p.is_file()):
        s3.upload_file(str(path), "ours", str(path.relative_to(run.root)))
    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-west-1",
                        "AWS_ENDPOINT_URL": s3_url, "TMPDIR": str(tmp_path)}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    for _ in range(2):  # the second finds the list of the first
        subprocess.run([sys.executable, RUNNER, f"s3://ours/{RUN}/manifest.json"], check=True)
    came = s3.get_object(Bucket="ours", Key=f"{RUN}/results/été/a b.txt", ChecksumMode="ENABLED")
    assert came["Body"].read() == b"ONE"
    assert came["ChecksumSHA256"]
    record = json.loads(s3.get_object(Bucket="ours", Key=f"{RUN}/attempts/0001.json")["Body"].read())
    assert record["exit_code"] == 0


def test_storage_that_does_not_answer_may_later(tmp_path: Path):
    """No answer is 75, so that Batch tries again; a refusal and a gap are 2, since trying again does not help."""
    silent = runner.Bucket("b", "", client("http://127.0.0.1:9", attempts=1))
    for act in (
        lambda: silent.read("k"),
        lambda: silent.fetch("k", str(tmp_path / "f")),
        lambda: silent.write("k", b""),
    ):
        with pytest.raises(runner.End) as error:
            act()
        assert error.value.code == 75


def test_a_gap_in_a_bucket_is_wrong(tmp_path: Path, s3_url: str):
    """A key that is not there is a Gone with code 2; read answers None."""
    bucket = runner.Bucket("empty", "", client(s3_url))
    bucket.client.create_bucket(Bucket="empty", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert bucket.read("nothing") is None
    with pytest.raises(runner.Gone):
        bucket.fetch("blobs/0", str(tmp_path / "f"))
    bucket.write("x", b"1")
    bucket.remove("x")
    assert bucket.read("x") is None
