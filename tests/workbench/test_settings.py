"""Settings: argument over environment over workbench.toml over default; what is wrong is named by its place."""

from pathlib import Path

import pytest

from workbench.errors import SettingsError, UnknownSource
from workbench.settings import Settings, load, parse_bytes

TOML = """
engine = "postgres"
seed = 3
[store]
url = "sqlite:///results.db"
replica = "postgresql://a@replica/d"
[sources.train]
path = "data/emotion/"
[sources.far]
path = "s3://bucket/emotion/"
[sources.truth]
path = "/data/Genres.CSV"
delimiter = ";"
[sources.posts]
table = "public.post"
[limits]
bytes_per_query = "200 MB"
[athena]
workgroup = "analysts"
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    (tmp_path / "workbench.toml").write_text(TOML)
    return str(tmp_path / "workbench.toml")


def test_a_file_is_read_from_its_own_folder(path: str, tmp_path: Path):
    """Paths and SQLite files are seen from where workbench.toml lies."""
    found = load(path, environ={})
    expected = [
        ("train", "parquet", f"{tmp_path}/data/emotion/"), ("far", "parquet", "s3://bucket/emotion/"),
        ("truth", "csv", "/data/Genres.CSV"), ("posts", "table", "public.post"),
    ]  # fmt: skip
    assert [(one.name, one.kind, one.address) for one in found.sources.values()] == expected
    assert (found.store, found.folder) == (f"sqlite:///{tmp_path}/results.db", f"{tmp_path}/.workbench")
    assert (found.engine, found.seed, found.bytes_per_query) == ("postgres", 3, 200_000_000)
    assert (found.athena.workgroup, found.athena.database) == ("analysts", "default")
    assert found.reads == "postgresql://a@replica/d"


def test_an_argument_counts_before_the_environment_before_the_file(path: str):
    environ = {"UNDERTONE_WORKBENCH_SEED": "4", "UNDERTONE_WORKBENCH_ENGINE": "spark"}
    found = load(path, environ, seed=5)
    assert (found.seed, found.engine) == (5, "spark")


def test_a_bucket_is_named_in_the_file_or_by_a_jobs_environment(tmp_path: Path):
    """As a name or an address; "" is none."""
    for text, environ, expected in (
        ('bucket = "s3://outputs/"', {}, "outputs"), ('bucket = ""', {}, ""),
        ("seed = 1", {"UNDERTONE_WORKBENCH_BUCKET": "outputs"}, "outputs"),
    ):  # fmt: skip
        (tmp_path / "workbench.toml").write_text(text)
        assert load(str(tmp_path / "workbench.toml"), environ).bucket == expected


def test_without_a_file_there_are_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert (
        load(environ={}) == Settings(store=f"sqlite:///{tmp_path}/workbench.db", folder=f"{tmp_path}/.workbench")
        or load(environ={}) == Settings()
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("enginee = 'duckdb'", "enginee"),
        ("engine = 'mysql'", "engine"),
        ("[sources.a]\npath = 'x'\ntable = 'y'", "sources.a"),
        ("[sources.a]\nfile = 'x'", "sources.a"),
        ("[sources.'a b']\npath = 'x'", "sources.a b"),
        ("[limits]\nbytes_per_query = 'many'", "bytes_per_query"),
        ("seed = -1", "seed"),
        ("seed = true", "seed"),
        ("store = 'x'", "store"),
        ("[store]\nurl = 3", "store"),
        ("a = ", "workbench.toml"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, place: str):
    """The error names the file and the key, and says what was expected."""
    (tmp_path / "workbench.toml").write_text(text)
    with pytest.raises(SettingsError) as error:
        load(str(tmp_path / "workbench.toml"), environ={})
    assert place in str(error.value)
    assert error.value.exit_code == 2


def test_a_file_that_was_named_must_be_there(tmp_path: Path):
    with pytest.raises(SettingsError, match="no such file"):
        load(str(tmp_path / "none.toml"), environ={})


def test_any_table_of_the_database_is_a_source():
    """`store.<table>` needs no name of its own; another name must be one of the file's."""
    assert Settings().source("store.prediction").address == "prediction"
    with pytest.raises(UnknownSource, match=r"store\.<table>"):
        Settings().source("prediction")


@pytest.mark.parametrize("text", ["", "0", "-1GB", "1 G", "1GiB", "GB", "1e9"])
def test_a_size_that_is_none_is_refused(text: str):
    with pytest.raises(SettingsError):
        parse_bytes(text, "limits")
