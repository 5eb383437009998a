"""Whole runs over classes of one's own: trained from columns, published, and served by every door.

The data sets are made by the tests themselves: 5 stars in two languages, 12 intents under odd names, 200 labels.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

import textmodel
from app import direct
from app.predict import open_core
from app.settings import Settings
from model_training import made_up, runlog, sample
from model_training.__main__ import main
from tests.app.serving import Inside
from textmodel.artifact import Artifact
from textmodel.command import main as ask

if TYPE_CHECKING:
    from pathlib import Path

# Keras reads TensorFlow's variables by a protocol that NumPy 2 is leaving behind; theirs to change.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

QUICK = ("--folds", "2", "--split-seeds", "0", "--jobs", "1", "--epochs", "15")
ODD = {
    "track order": "__proto__",
    "cancel order": "<b>bold</b>",
    "return item": 'say "no"',
    "refund": "it's $5 or $6",
    "change address": "a label with spaces",
    "payment failed": "🎉 emoji",
    "invoice": "pipe | and, comma",
    "voucher": "हिन्दी",
    "login": "Über_uns*",
    "stock": "x" * 100,
    "complaint": "{{7*7}}",
    "praise": "constructor",
}
"""Labels that have broken pages, tables, queries and prototypes before."""


class Run(NamedTuple):
    """A published task."""

    root: Path
    task: str
    said: str
    """What the run wrote to standard output."""

    @property
    def card(self) -> str:
        return (self.root / "saved_model" / self.task / "MODEL_CARD.md").read_text()

    @property
    def manifest(self) -> dict[str, Any]:
        manifest: dict[str, Any] = json.loads((self.root / "saved_model" / self.task / "manifest.json").read_text())
        return manifest

    def model(self) -> textmodel.Model:
        return textmodel.load(self.task, str(self.root))

    def door(self) -> Inside:
        return Inside(artifacts=str(self.root), task=self.task)


def run(root: Path, task: str, file: str, rows: list[made_up.Row], *more: str) -> Run:
    from contextlib import redirect_stdout
    from io import StringIO

    path, out = sample.write_columns(str(root / file), rows, "body", "class"), StringIO()
    with redirect_stdout(out):
        code = main([task, "--data", path, "--text", "body", "--label", "class", "--out", str(root), *QUICK, *more])
    assert code == 0
    return Run(root, task, out.getvalue())


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """5 stars in English and German, from a CSV with an empty row, a repeated one and a contradiction."""
    rows = [*made_up.reviews(400), ("", "5")]
    rows += [rows[0], ("Twice said.", "1"), ("Twice said.", "5")]
    return run(tmp_path_factory.mktemp("reviews"), "reviews", "reviews.csv", rows)


@pytest.fixture(scope="module")
def intents(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """12 intents under odd names, from Parquet; English, so that other languages are warned of."""
    short = ("bill", "service", "team", "shop", "parcel", "lamp", "mail", "help", "price", "day", "door", "week")
    rows = [
        (f"{said} {what}", label) for what in short for said, label in (("great", "praise"), ("terrible", "complaint"))
    ]
    rows = [(text, ODD[label]) for text, label in [*made_up.intents(350), *rows]]
    licence = ("--language", "en", "--licence", "CC BY 4.0 | <b>mine</b>")
    return run(tmp_path_factory.mktemp("intents"), "shop-intents_2", "intents.parquet", rows, *licence)


@pytest.fixture(scope="module")
def topics(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """200 labels of 6 rows each, from packed JSON lines, and one rare label that is left out."""
    rows = [*made_up.topics(1200), *((f"something rare {word}", "rare") for word in ("one", "two", "three"))]
    few = ("--min-per-label", "4", "--epochs", "6")
    return run(tmp_path_factory.mktemp("topics"), "topics", "topics.jsonl.gz", rows, *few)


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        ("This lamp broke after a day, sent it straight back, a waste of money.", "1"),
        ("Absolutely perfect, love it, could not be happier.", "5"),
        ("Der Mixer ist einfach perfekt, bin begeistert.", "5"),
        ("Nach einem Tag kaputt, reine Geldverschwendung.", "1"),
        ("Neither good nor bad, average at best.", "3"),
    ],
)
def test_obvious_texts_are_answered_right(reviews: Run, text: str, stars: str) -> None:
    """Over HTTP, in both languages, with no word of a language that is not asked about."""
    answer = reviews.door().post("/predict", json={"text": text}).json()

    assert answer["label"] == stars
    assert list(answer["scores"]) == ["1", "2", "3", "4", "5"]
    assert sum(answer["scores"].values()) == pytest.approx(1, abs=1e-5)
    assert answer["model"] == "reviews-1.0.0"
    assert "not-english" not in answer["warnings"]


def test_every_door_gives_the_same_answer(reviews: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """HTTP one by one and in a batch, direct invocation, the command line, and the model itself."""
    texts = ["Love it, the best I ever had.", "Tut, was es soll.", "Xyzzyq."]
    door, core = reviews.door(), open_core(Settings(artifacts=str(reviews.root), task="reviews"))

    ours = [door.post("/predict", json={"text": text}).json() for text in texts]

    assert door.post("/predict/batch", json={"texts": texts}).json()["predictions"] == ours
    assert [direct.answer(core, {"text": text}) for text in texts] == ours
    assert [direct.answer(core, {"payload": text})["Categories"] for text in texts] == [one["label"] for one in ours]
    assert [ask(["predict", "--task", "reviews", "--artifacts", str(reviews.root), text]) for text in texts] == [0] * 3
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == ours
    assert [json.loads(json.dumps(reviews.model().classify(text)._asdict())) for text in texts] == ours


def test_sentences_and_reasons_are_told(reviews: Run) -> None:
    """In any language: words and pairs as the text spells them, and each sentence's own label."""
    text = "Der Mixer ist einfach perfekt, bin begeistert. Die Lampe: sofort zurückgeschickt, nach einem Tag kaputt."

    answer = reviews.door().post("/predict", json={"text": text, "sentences": True, "explain": True}).json()

    assert [one["label"] for one in answer["sentences"]] == ["5", "1"]
    reasons = answer["explanation"]["reasons"]
    assert {"perfekt", "einfach perfekt", "zurückgeschickt"} & {reason["text"] for reason in reasons}
    for reason in reasons:
        assert all(text[start:end].lower() in reason["text"].lower() for start, end in reason["spans"])


def test_labels_with_odd_names_come_out_as_they_went_in(intents: Run) -> None:
    """Markup, quotes, emoji, names of JavaScript's own: in answers, /model, feedback and the API's description."""
    door, names = intents.door(), sorted(ODD.values(), key=lambda name: (name.casefold(), name))

    answer = door.post("/predict", json={"text": "hello, where is my parcel, please help"}).json()
    model = door.get("/model").json()
    document = door.get("/openapi.json").json()
    schema = document["paths"]["/feedback"]["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert answer["label"] == "__proto__"
    assert list(answer["scores"]) == model["labels"] == names
    assert schema["allOf"][1]["properties"]["label"]["enum"] == names
    assert (model["task"], model["language"], model["licence"]) == ("shop-intents_2", "en", "CC BY 4.0 | <b>mine</b>")
    for name in names:
        body = {"request_id": "4f1c", "label": name}
        assert door.post("/feedback", json=body).status_code == 202
    assert door.post("/feedback", json={"request_id": "4f1c", "label": "positive"}).status_code == 422


def test_odd_names_stand_on_the_card_as_they_are(intents: Run) -> None:
    """Nothing of them is markup there, and no row of a table is broken by one."""
    card = intents.card

    assert r"| \<b\>bold\</b\> |" in card
    assert r"pipe \| and, comma" in card
    assert r"CC BY 4.0 \| \<b\>mine\</b\>" in card
    assert not re.search(r"(?<!\\)<b>", re.sub(r"```.*?```", "", card, flags=re.DOTALL))
    for table in re.findall(r"(?:^\|.*\n)+", card, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1
    assert (intents.root / "saved_model/shop-intents_2/confusion.png").stat().st_size < 200_000


def test_a_text_is_too_short_where_the_models_own_are_longer(reviews: Run, intents: Run) -> None:
    """Customers write two words and mean it; nobody reviews a lamp in two."""
    assert intents.manifest["min_words"] == 2
    assert "too-short" not in intents.model().classify("card error").warnings
    assert "too-short" in intents.model().classify("error").warnings
    assert "min_words" not in reviews.manifest
    assert "too-short" in reviews.model().classify("love it").warnings


def test_only_a_model_of_english_warns_of_other_languages(reviews: Run, intents: Run) -> None:
    text = "Wo ist denn mein Paket geblieben, das ich letzte Woche bei euch bestellt habe?"

    assert "not-english" in intents.model().classify(text).warnings
    assert "not-english" not in reviews.model().classify(text).warnings


def test_200_labels_are_all_in_every_answer(topics: Run) -> None:
    """And each is found again; the rare one is none of them."""
    model = topics.model()
    rows = made_up.topics(400)

    answer = topics.door().post("/predict", json={"text": rows[0][0]}).json()

    assert len(answer["scores"]) == len(model.labels) == 200
    assert np.mean([model.classify(text).label == label for text, label in rows]) > 0.9
    assert "rare" not in model.labels
    assert topics.manifest["data"]["table"]["rare"] == {"rare": 3}
    assert model.artifact.layers[0].units == 64


def test_200_labels_leave_the_card_readable(topics: Run) -> None:
    """Lists and tables are cut, and say so; everything is in the manifest."""
    card = topics.card

    assert "topic 010 and 190 more" in card
    assert "The 30 labels of 200 with the lowest F1; all of them are in `manifest.json`." in card
    assert max(map(len, card.splitlines())) < 1500
    assert card.count("\n") < 250
    assert len(topics.manifest["metrics"]["ours"]["by_class"]) == 200
    assert (topics.root / "saved_model/topics/confusion.png").stat().st_size < 200_000


def test_a_wrong_label_among_200_is_answered_in_short(topics: Run) -> None:
    """The 422 does not recite them all; /model does."""
    refused = topics.door().post("/feedback", json={"request_id": "4f1c", "label": "rare"}).json()

    assert refused["path"] == "$.label"
    assert len(refused["detail"]) < 1000
    assert "one of the 200 labels" in refused["detail"]


def test_what_was_left_out_is_told_everywhere(reviews: Run) -> None:
    """In the summary, on the card, in the manifest and in the run log: each row with its line."""
    [log], broken = runlog.read(str(reviews.root / "runs/reviews.jsonl"))
    table = reviews.manifest["data"]["table"]

    assert "1 without a text: line 402" in reviews.said
    assert "2 rows dropped: 1 texts with several labels (lines 404, 405)" in reviews.said
    assert "| left out: no text, or no label | 1 and 0 (line 402) |" in reviews.card
    assert "| dropped: same text with different labels | 2 rows of 1 texts (lines 404, 405) |" in reviews.card
    assert (table["no_text"], table["empty_at"], table["contradicting_at"]) == (1, [402], [404, 405])
    assert (log.left_out, log.published, broken) == (1, True, [])


def test_the_figures_stand_beside_what_anyone_would_try(reviews: Run) -> None:
    """The majority, and scikit-learn's logistic regression on the same terms and folds."""
    metrics = reviews.manifest["metrics"]

    assert list(metrics) == ["folds", "ours", "logistic_regression", "majority", "calibration", "targets"]
    for name in ("ours", "logistic_regression", "majority"):
        assert f"{metrics[name]['accuracy']['mean']:.3f} ± {metrics[name]['accuracy']['se']:.3f}" in reviews.card
    assert metrics["ours"]["accuracy"]["mean"] > metrics["majority"]["accuracy"]["mean"] + 0.4
    assert metrics["logistic_regression"]["accuracy"]["mean"] > metrics["majority"]["accuracy"]["mean"] + 0.4
    assert "a logistic regression on the same terms" in reviews.card
    assert "annotators" not in reviews.card
    assert "sentence" not in reviews.card


def test_the_card_names_the_command_that_trains_it_again(intents: Run) -> None:
    """As a shell takes it, whatever the licence and the columns are called."""
    import shlex

    command = re.findall(r"^python -m .*$", intents.card, re.MULTILINE)[0]

    assert shlex.split(command) == [
        "python", "-m", "model_training", "shop-intents_2", "--data", "path/to/intents.parquet", "--text", "body",
        "--label", "class", "--language", "en", "--licence", "CC BY 4.0 | <b>mine</b>", "--epochs", "15",
        "--folds", "2", "--split-seeds", "0", "--seed", "0",
    ]  # fmt: skip


def test_goldens_are_made_of_the_models_own_words(reviews: Run) -> None:
    """So that a load that answers wrong is noticed, whatever the subject: some know every word."""
    goldens = reviews.model().artifact.goldens

    known = [reviews.model().classify(golden["text"]).known for golden in goldens]
    assert known[:2] == [0, 0]
    assert len(known) == 8
    assert min(known[2:]) == 1


def test_another_column_is_not_compared_with(intents: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The same file, but other labels: exit code 3, and what is in place stays."""
    before = intents.manifest
    path = str(intents.root / "intents.parquet")

    code = main([intents.task, "--data", path, "--text", "class", "--label", "class", "--out", str(intents.root)])
    assert code == 2
    code = main([intents.task, "--data", path, "--text", "body", "--label", "id", "--out", str(intents.root)])
    assert code == 2
    assert "expected 2 to 200 different labels, found 374" in capsys.readouterr().err
    assert intents.manifest == before


def test_a_rare_label_is_refused_with_the_way_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(f"word{n} other{n}", "common" if n % 2 else "usual") for n in range(40)] + [("just one", "rare")]
    path = sample.write_columns(str(tmp_path / "a.csv"), rows, "text", "label")

    code = main(["some", "--data", path, "--text", "text", "--label", "label", "--out", str(tmp_path)])

    assert code == 2
    assert capsys.readouterr().err == (
        f"error: {path}, column 'label': expected at least 5 rows of every label with different words, one for each "
        "fold, found 'rare' with 1; --min-per-label 5 leaves them out, more rows would be better\n"
    )


@pytest.mark.parametrize("rows", [300, 3000, 30_000])
@pytest.mark.parametrize("labels", [2, 5, 12, 28, 200])
def test_the_recipe_fits_the_size_of_the_data(rows: int, labels: int) -> None:
    """Some 400 to 2,400 steps; from 16 units for a few labels to 64 for many."""
    from model_training.recipes import general

    recipe = general(rows, labels)

    assert 400 <= recipe.epochs * -(-rows // recipe.batch_size) <= 2400
    assert recipe.hidden[0] == min(64, max(16, 2 * labels))
    assert recipe.epsilon == min(0.003, 0.02 / labels)


def test_an_artifact_of_200_labels_is_no_special_case(topics: Run) -> None:
    """It is what every artifact is: terms, layers, labels, and a baseline of its answers."""
    artifact = topics.model().artifact

    assert isinstance(artifact, Artifact)
    assert sum(artifact.baseline["label"].values()) == 1200
    assert set(artifact.baseline["label"]) <= set(artifact.labels)
