"""Real projects on the engine of this machine: the sample that comes along, and the pipeline of reviews."""

import csv
import json
import os
import sqlite3
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.api import run
from tests.launcher.local.conftest import HERE, Make

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "launcher" / "example"
REVIEWS = """
import subprocess, sys
given, made = sys.argv[2], sys.argv[4]
command = [sys.executable, "-m", "batch", "run", "--input", given, "--store", made + "/reviews.db"]
sys.exit(subprocess.run([*command, "--engines", "none", "--processes", "1", "--report", made]).returncode)
"""


def test_the_sample_project_is_right(environ: dict[str, str], tmp_path: Path, make: Make):
    """The sample's summary is what the same files give by hand, with a stand-in for its one package."""
    project = make("weather", {"main.py": (EXAMPLE / "weather/main.py").read_text(encoding="utf-8"),
                               "tabulate.py": "def tabulate(rows, **_): return str(rows)"})  # fmt: skip
    result = run(project, EXAMPLE / "readings", tmp_path / "out", python=HERE, environ=environ)
    assert result.exit_code == 0, result.sentence
    stations = json.loads((tmp_path / "out/summary.json").read_text(encoding="utf-8"))["stations"]
    for path in (EXAMPLE / "readings").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            values = [float(row["temperature"]) for row in csv.DictReader(file)]
            file.seek(0)
            name = next(csv.DictReader(file))["station"]
        (one,) = (row for row in stations if row["station"] == name)
        assert (one["days"], one["lowest"], one["median"]) == (len(values), min(values), statistics.median(values))


def test_the_pipeline_of_reviews(environ: dict[str, str], tmp_path: Path, make: Make):
    """A project that runs `python -m batch` stores the rows that the same command stores without the launcher.

    Its packages are those that run the tests, by PYTHONPATH; nothing is installed anew.
    """
    places = [str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))]
    variables = {"PYTHONPATH": os.pathsep.join(places), "MPLCONFIGDIR": str(tmp_path / "mpl")}
    given = ROOT / "batch/quality/reviews.tsv"
    result = run(
        make("reviews", {"main.py": REVIEWS}), given, tmp_path / "out", python=HERE, environ=environ, env=variables
    )
    assert result.exit_code == 0, result.sentence
    assert {"reviews.db", "reviews.html", "reviews.png"} <= set(result.files)
    plain = tmp_path / "plain"
    plain.mkdir()
    subprocess.run([sys.executable, "-", "-i", given, "-o", plain], input=REVIEWS.encode(), cwd=ROOT, check=True,
                   env={**environ, **variables}, stdout=subprocess.DEVNULL)  # fmt: skip
    assert rows(tmp_path / "out/reviews.db") == rows(plain / "reviews.db")
    assert len(rows(plain / "reviews.db")) == 210


def rows(path: Path) -> list[tuple[str, str, float]]:
    with sqlite3.connect(path) as database:
        found = database.execute("SELECT text, label, score FROM review ORDER BY text, language, line").fetchall()
    database.close()
    return found


@pytest.mark.parametrize("name", ["weather/main.py", "weather/requirements.txt"])
def test_the_sample_comes_along(name: str):
    """What `make launch-example` runs is there."""
    assert (EXAMPLE / name).is_file()
