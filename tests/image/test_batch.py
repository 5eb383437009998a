"""The image for reviews, as AWS Batch starts it: code and input come from S3 by a manifest, rows go to a database."""

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batch import inputs, planning
from batch.aws.door import Aws
from batch.pipeline import NEVER
from batch.records import Columns
from batch.rehearsal import moto
from tests.batch.aws import REGION, Session

ROWS = 1_200
Start = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with moto.serving() as (host, port):
        yield f"http://{host}:{port}"


@pytest.fixture(scope="module")
def plan(url: str, tmp_path_factory: pytest.TempPathFactory) -> planning.Plan:
    """Two shards, half of the rows in Spanish."""
    file = tmp_path_factory.mktemp("in") / "a.csv"
    lines = ("es,La comida es muy buena {}", "en,The food is very good {}")
    file.write_text("id,language,text\n" + "".join(f"{n},{lines[n % 2].format(n)}\n" for n in range(ROWS)))
    aws = Aws(Session(url))
    aws.call("s3", "create_bucket", Bucket="reviews", CreateBucketConfiguration={"LocationConstraint": REGION})
    options = {
        "columns": Columns()._asdict(), "languages": ["en", "es"], "engines": "apertium", "task": "sentiment",
        "chunk_rows": 100, "bar": NEVER,
    }  # fmt: skip
    return planning.make(aws, "reviews", inputs.find(str(file), Columns()), options, ROWS // 2)


@pytest.fixture
def start(engine: str, url: str, plan: planning.Plan, tmp_path: Path) -> Start:
    """A function: a shard's place to its container, ended, with a root that nobody can write."""
    tmp_path.chmod(0o777)
    given = {
        "UNDERTONE_MANIFEST": plan.saved.url, "UNDERTONE_MANIFEST_SHA256": plan.saved.sha256,
        "UNDERTONE_STORE": "/data/a.db", "AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
    }  # fmt: skip

    def begin(place: int, *options: str, **more: str) -> "subprocess.CompletedProcess[str]":
        told = given | {"AWS_BATCH_JOB_ARRAY_INDEX": str(place)} | more
        command = [engine, "run", "--rm", "--network=host", "--read-only", "--tmpfs", "/tmp", "--cap-drop=all"]  # noqa: S108
        command += ["--volume", f"{tmp_path}:/data", *(f"--env={name}={value}" for name, value in told.items())]
        return subprocess.run([*command, *options, "undertone:batch"], capture_output=True, text=True, check=False)

    return begin


def test_its_shards_put_every_row_into_the_database(start: Start, plan: planning.Plan, tmp_path: Path):
    """Spanish ones by the image's own apertium."""
    done = [start(place) for place in range(len(plan.manifest.shards))]
    assert [process.returncode for process in done] == [0, 0], done[-1].stderr
    with sqlite3.connect(tmp_path / "a.db") as database:
        counts = database.execute("SELECT language, engine, count(*) FROM review GROUP BY 1, 2 ORDER BY 1").fetchall()
        english = database.execute("SELECT english FROM review WHERE review_id = '10'").fetchall()
    assert counts == [("en", "identity:en", ROWS // 2), ("es", "apertium:es-en", ROWS // 2)]
    assert english == [("The lunch is very good 10",)]


def test_another_manifest_than_the_planned_one_is_not_run(start: Start):
    """One line, and the exit code at which Batch does not try again."""
    done = start(0, UNDERTONE_MANIFEST_SHA256="0" * 64)
    assert done.returncode == 2
    assert done.stderr.startswith("fetch: s3://reviews/")
