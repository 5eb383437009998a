"""The commands as a person gives them, against a moto server, whose jobs succeed at once and run nothing."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from typer.testing import CliRunner, Result

from batch import manifest
from batch.aws import plans, stack, storage
from batch.aws.door import Aws
from batch.commands.app import app
from batch.rehearsal import moto
from batch.rehearsal.whole import LISTS
from tests.batch.aws import REGION, Session

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with moto.serving() as (host, port):
        address = f"http://{host}:{port}"
        simple = json.dumps({"batch": {"use_docker": False}}).encode()
        with urlopen(Request(f"{address}/moto-api/config", simple, {"Content-Type": "application/json"})):
            pass
        aws = Aws(Session(address))
        secret = aws.call("secretsmanager", "create_secret", Name="db", SecretString="postgresql://h/d")["ARN"]
        moto.deploy(aws, stack.NAME, {"DatabaseSecretArn": secret, **LISTS})
        yield address


@pytest.fixture
def run(url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function: arguments to what the command said and its exit code."""
    given = {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "a",
        "AWS_DEFAULT_REGION": REGION,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def planned(run: Run, tmp_path: Path) -> str:
    """The address of a plan of 1,250 rows in 3 shards, one file being there twice; they end where chunks do."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("id,text\n" + "".join(f"{n},fine {n}\n" for n in range(1_250)))
    (folder / "b.csv").write_bytes((folder / "a.csv").read_bytes())
    done = run("plan", "--input", folder, "--rows-a-shard", 400)
    assert done.exit_code == 0, done.output
    assert "1,250 rows of 2 sources, 1 of them equal to another and not read twice, in 3 shards." in done.stdout
    return done.stdout.splitlines()[-1]


def test_a_plan_is_in_the_bucket(planned: str, url: str):
    """Shards with bytes and counts, the source and the code where the manifest says, each with its hash."""
    aws = Aws(Session(url))
    _, plan = plans.open_plan(aws, planned)
    assert [(p.first, p.past) for shard in plan.shards for p in shard.pieces] == [(0, 500), (500, 1000), (1000, 1250)]
    content = storage.get(aws, plan.sources[0].path)
    assert manifest.digest(content) == plan.sources[0].sha256
    second = plan.shards[1].pieces[0]
    assert content[second.first_byte : second.past_byte].startswith(b"500,fine 500\n")
    assert content[second.first_byte : second.past_byte].count(b"\n") == second.rows
    assert manifest.digest(storage.get(aws, plan.code.url)) == plan.code.sha256


def test_the_identity_is_the_readers(planned: str, url: str, run: Run):
    """The source's id is what the reader of S3 holds the object against."""
    from batch import s3

    del run
    _, plan = plans.open_plan(Aws(Session(url)), planned)
    assert s3.listed(plan.sources[0].path)[0].identity == plan.sources[0].source_id


def test_from_a_quote_to_a_receipt(run: Run, planned: str):
    """cost, submit, status, logs, cost and cancel, each by the manifest or by the job."""
    assert "Quote: 1,250 rows in 3 shards" in run("cost", planned).stdout
    job = run("submit", planned).stdout.strip()
    assert re.fullmatch(r"[0-9a-f-]{36}", job)
    told = run("status", job)
    assert (told.exit_code, "3 of 3 shards and 1,250 of 1,250 rows are done." in told.stdout) == (0, True)
    assert f"{job}  spot" in told.stdout
    assert "Receipt: 1,250 rows, 3 attempts, 0 machines lost." in run("cost", job).stdout
    assert f"== job {job}, attempt 1" in run("logs", planned, 1).stdout
    assert run("cancel", job).stdout == "All jobs of the plan have ended already.\n"


def test_waiting_ends_when_all_is_done(run: Run, planned: str):
    done = run("submit", planned, "--wait", "--every-s", 0)
    assert (done.exit_code, "3 of 3 shards done, 0 machines lost" in done.stdout) == (0, True)


def test_some_shards_again(run: Run, planned: str):
    """A job of their own, on demand; a single one is no array."""
    job = run("submit", planned, "--only", "2", "--on-demand").stdout.strip()
    told = run("status", job).stdout
    assert "on demand" in told
    assert "1 of 3 shards and 250 of 1,250 rows are done." in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("submit", "s3://none/plans/1/manifest.json"), "NoSuchBucket"),
        (("submit", "manifest.json"), "is no s3://bucket/key"),
        (("cost",), "give a manifest, a job, or --rows"),
        (("cost", "--rows", "10", "--families", "x9"), "no price is known for x9"),
        (("plan", "--input", "none-there.csv"), "none-there.csv: expected"),
        (("plan", "--input", __file__, "--stack", "none"), "cloudformation.describe_stacks"),
    ],
)
def test_what_is_wrong_is_one_line(run: Run, arguments: tuple[str, ...], said: str):
    """Exit code 2, the reason, no traceback."""
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_wrong_shard_is_told(run: Run, planned: str):
    done = run("submit", planned, "--only", "1,9")
    assert done.exit_code == 2
    assert "'1,9' are not numbers of shards with commas between, of 0 to 2" in done.stderr


def test_a_quote_without_a_plan(run: Run):
    """A million rows, spot against on demand."""
    told = run("cost", "--rows", 1_000_000, "--rows-per-second", 500, "--start-s", 0, "--families", "c5").stdout
    assert "0.0118" in told  # 2,000 s of a vCPU at 0.02125
    assert "0.0236" in told
    assert "Spot saves 50%." in told
