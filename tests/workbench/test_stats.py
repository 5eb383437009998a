"""Statistics against pandas and scikit-learn; the commands that show them, and the catalog."""

import json
import re
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from sklearn.metrics import cohen_kappa_score
from typer.testing import CliRunner

from workbench.commands import catalog as catalog_command
from workbench.commands import stats as stats_command
from workbench.errors import ColumnError, JoinError, LabelError, SubsetError
from workbench.settings import Settings, load
from workbench.stats import QUANTILES, Stats, stats

app = typer.Typer(pretty_exceptions_enable=False)
app.command("catalog")(catalog_command.command)
app.command("stats")(stats_command.command)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    count = 3000
    made = pd.DataFrame({
        "item": [f"item {i % 40}" for i in range(count)],
        "label": rng.choice(["happy", "angry", "sad"], count, p=[0.6, 0.3, 0.1]),
        "score": np.round(rng.normal(size=count), 6),
        "n": rng.integers(-9, 9, count),
    })  # fmt: skip
    made["other"] = np.where(rng.random(count) < 0.7, made["label"], "sad")
    made["wide"] = made["score"] * 2 + np.round(rng.normal(size=count), 6)
    made.loc[::7, "score"] = np.nan
    made.loc[::9, "label"] = None
    return made


@pytest.fixture(scope="module")
def settings(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The three kinds of source, under their names."""
    folder = tmp_path_factory.mktemp("stats")
    frame.to_parquet(folder / "train.parquet")
    (folder / "truth.csv").write_text("item,genre\n" + "".join(f"item {i},g{i % 3}\n" for i in range(0, 40, 2)))
    with sqlite3.connect(folder / "workbench.db") as connection:
        connection.execute("CREATE TABLE post (item TEXT, likes INTEGER)")
        connection.executemany("INSERT INTO post VALUES (?, ?)", [(f"item {i}", i * i) for i in range(40)])
    connection.close()
    toml = '[sources.train]\npath="train.parquet"\n[sources.truth]\npath="truth.csv"\n[sources.post]\ntable="post"\n'
    (folder / "workbench.toml").write_text(toml)
    return load(str(folder / "workbench.toml"), environ={})


@pytest.fixture(scope="module")
def found(settings: Settings) -> Stats:
    return stats(settings, "train", label="label", item="item", agree=("label", "other"))


def test_counts_are_pandas(found: Stats, frame: pd.DataFrame):
    expected = [(name, int(frame[name].isna().sum()), int(frame[name].nunique())) for name in frame]
    assert [(one.name, one.missing, one.distinct) for one in found.columns] == expected
    assert found.rows == len(frame)


@pytest.mark.parametrize("name", ["score", "n", "wide"])
def test_numbers_are_pandas(name: str, found: Stats, frame: pd.DataFrame):
    """Quantiles are values that are there: NumPy's inverted_cdf."""
    [one] = [column for column in found.columns if column.name == name]
    values = frame[name].dropna()
    assert (one.mean, one.spread) == pytest.approx((values.mean(), values.std(ddof=0)), abs=1e-6)
    assert (one.least, one.greatest) == (values.min(), values.max())
    expected = list(np.quantile(values, QUANTILES, method="inverted_cdf"))
    assert [one.quantiles[q] for q in QUANTILES] == pytest.approx(expected)


def test_top_values_are_pandas(found: Stats, frame: pd.DataFrame):
    [one] = [column for column in found.columns if column.name == "label"]
    counts = frame["label"].value_counts(dropna=False)
    assert dict(one.top) == {None if pd.isna(k) else k: int(v) for k, v in counts.items()}
    assert [n for _, n in one.top] == sorted(counts, reverse=True)


def test_the_balance_is_of_rows_and_items(found: Stats, frame: pd.DataFrame):
    """A row without a label is in no class, and comes last."""
    for one in found.balance[:-1]:
        rows = frame[frame["label"] == one.label]
        assert (one.rows, one.items) == (len(rows), rows["item"].nunique())
        assert one.share == len(rows) / frame["label"].notna().sum()
    assert (found.balance[-1].label, found.balance[-1].share) == (None, None)


def test_agreement_is_scikit_learns(found: Stats, frame: pd.DataFrame):
    both = frame.dropna(subset=["label"])
    assert found.agreement is not None
    assert found.agreement.kappa == pytest.approx(cohen_kappa_score(both["label"], both["other"]))
    assert found.agreement.observed == (both["label"] == both["other"]).mean()


def test_correlations_are_pandas(found: Stats, frame: pd.DataFrame):
    assert {(a, b) for a, b, _ in found.correlations} == {("score", "n"), ("score", "wide"), ("n", "wide")}
    for a, b, r in found.correlations:
        assert r == pytest.approx(frame[a].corr(frame[b]), abs=1e-5)


def test_a_join_is_described_as_one_table(settings: Settings, frame: pd.DataFrame):
    """Parquet with a CSV file, Parquet with a table of SQLite."""
    found = stats(settings, "train", "n > 0", join="truth", on="item", label="genre", columns=["score"])
    item = frame["item"].str.split().str[1].astype(int)
    assert found.rows == int(((item % 2 == 0) & (frame["n"] > 0)).sum())
    likes = stats(settings, "train", join="post", on="item", columns=["likes"]).columns[0]
    assert likes.mean == pytest.approx((item * item).mean())


def test_a_join_that_multiplies_rows_is_refused_with_the_counts(settings: Settings):
    with pytest.raises(JoinError, match=r"makes 1,500 rows of 20"):
        stats(settings, "truth", join="train", on="item")


def test_what_cannot_be_described_says_why(settings: Settings):
    with pytest.raises(SubsetError):
        stats(settings, "train", "n > 1000")
    with pytest.raises(ColumnError, match="nothing"):
        stats(settings, "train", label="nothing")
    with pytest.raises(LabelError):
        stats(settings, "train", "label is null", agree=("label", "other"))


def run(settings: Settings, *arguments: str) -> tuple[int, str]:
    """A command's exit code and what it said."""
    place = str(Path(settings.folder).with_name("workbench.toml"))
    done = CliRunner().invoke(app, [*arguments, "--settings", place])
    return done.exit_code, done.output


def test_the_catalog_shows_every_source(settings: Settings):
    code, text = run(settings, "catalog")
    assert code == 0
    for line in (r"train\s+parquet\s+3,000", r"truth\s+csv\s+20", r"post\s+table\s+40"):
        assert re.search(line, text)


def test_the_catalog_for_programs(settings: Settings):
    code, text = run(settings, "catalog", "train", "--json")
    [one] = json.loads(text)
    assert (code, one["rows"], one["columns"]["score"]) == (0, 3000, "float64")


def test_a_source_that_is_gone_does_not_hide_the_others(settings: Settings, tmp_path: Path):
    """Its line says what is wrong; the command ends with the person's code."""
    place = tmp_path / "workbench.toml"
    place.write_text(f'[sources.gone]\npath="gone/"\n[sources.truth]\npath="{settings.sources["truth"].address}"\n')
    done = CliRunner().invoke(app, ["catalog", "--settings", str(place)])
    assert done.exit_code == 2
    assert re.search(r"truth\s+csv\s+20", done.output)
    assert "found nothing" in " ".join(done.output.split())


def test_stats_for_a_person_and_for_a_program(settings: Settings):
    """Both have the same figures."""
    code, text = run(settings, "stats", "train", "--label", "label", "--columns", "n", "--agree", "label,other")
    assert code == 0
    assert re.search(r"n\s+int64\s+0\s+18", text)
    assert "kappa" in text
    _, text = run(settings, "stats", "train", "--columns", "n", "--json")
    assert json.loads(text)["columns"][0]["distinct"] == 18


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["stats", "nosuch"], "no source 'nosuch'"),
        (["stats", "train", "--where", "n like 'x'"], "word(text, 'joy')"),
        (["stats", "train", "--where", "n > 3", "--limit", "8B"], "the limit is 8 B"),
        (["stats", "train", "--agree", "label"], "two columns"),
        (["stats", "train", "--engine", "mysql"], "one of duckdb"), (["stats", "train", "--label", "x"], "column 'x'"),
    ],
)  # fmt: skip
def test_a_persons_mistake_is_one_line(settings: Settings, arguments: list[str], words: str):
    code, text = run(settings, *arguments)
    assert (code, text.count("\n")) == (2, 1)
    assert text.startswith("workbench: ")
    assert words in text
