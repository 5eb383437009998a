"""Reading takes the same memory for a million rows as for a few, and little for a monstrous one."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

READER = """
import json, sys
from batch.inputs import find
from batch.reading import read
from batch.records import Bad, Columns

def peak_kilobytes():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))

small, large = (find(path, Columns())[0] for path in sys.argv[1:])
list(read(small, Columns()))
before = peak_kilobytes()
counts = [0, 0]
characters = 0
for row in read(large, Columns()):
    counts[isinstance(row, Bad)] += 1
    characters += 0 if isinstance(row, Bad) else len(row.text)
print(json.dumps([counts, characters, (peak_kilobytes() - before) / 1024]))
"""
TEXT = "The room was small, and the staff were kind to us"

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a process's peak is read from /proc")


def measured(small: Path, large: Path) -> tuple[list[int], int, float]:
    """Records and bad rows, their characters, and by how many MiB the process grew with the large file."""
    command = [sys.executable, "-c", READER, str(small), str(large)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    return tuple(json.loads(done.stdout))


def test_a_million_rows_of_csv(tmp_path: Path):
    """Every one is read, in less than 8 MiB more than four take; the file has 60."""
    with (tmp_path / "a.csv").open("w") as file:
        file.write("id,text\n")
        for start in range(0, 1_000_000, 1000):
            file.write(
                "".join(f'{n},"{TEXT}"\n' if n % 10 == 0 else f"{n},{TEXT[20:]}\n" for n in range(start, start + 1000))
            )
    (tmp_path / "b.csv").write_text("id,text\n" + "1,a\n" * 4)
    counts, characters, grown = measured(tmp_path / "b.csv", tmp_path / "a.csv")
    assert counts == [1_000_000, 0]
    assert characters == 100_000 * len(TEXT) + 900_000 * len(TEXT[20:])
    assert grown < 8


def test_one_row_group_of_parquet(tmp_path: Path):
    """Half a million rows in one row group of 60 MB, of which only a few pages are held."""
    schema = pa.schema([("id", pa.int64()), ("text", pa.string())])
    with parquet.ParquetWriter(tmp_path / "a.parquet", schema, compression="none", use_dictionary=False) as writer:
        texts = pa.array([f"{TEXT} {n:060}" for n in range(500_000)])
        writer.write_table(pa.table({"id": range(500_000), "text": texts}), row_group_size=500_000)
    parquet.write_table(pa.table({"id": [1], "text": ["a"]}), tmp_path / "b.parquet")
    counts, _, grown = measured(tmp_path / "b.parquet", tmp_path / "a.parquet")
    assert counts == [500_000, 0]
    assert grown < 24


@pytest.mark.parametrize("end", ["\n", '"\n'])
def test_a_row_of_a_hundred_megabytes(tmp_path: Path, end: str):
    """Quoted or not, it is a bad row, and never more of it is held than 16 MiB, twice."""
    with (tmp_path / "a.csv").open("w") as file:
        file.write("id,text\n1,a\n2," + end[:-1])
        for _ in range(100):
            file.write("x" * 1_000_000)
        file.write(f"{end}3,b\n")
    (tmp_path / "b.csv").write_text("id,text\n1,a\n")
    counts, characters, grown = measured(tmp_path / "b.csv", tmp_path / "a.csv")
    assert (counts, characters) == ([2, 1], 2)
    assert grown < 48
