"""A neural model in a folder: a tiny one with random weights, made here; beside it CTranslate2 itself."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from batch.engines import Translated
from batch.engines.ctranslate import CTranslate
from batch.errors import EngineError
from batch.quality.lines import read

ctranslate2 = pytest.importorskip("ctranslate2", reason="ctranslate2 is not installed (requirements/neural.txt)")
sentencepiece = pytest.importorskip("sentencepiece", reason="sentencepiece is not installed (requirements/neural.txt)")
WORDS = ["<unk>", "<s>", "</s>", "hola", "mundo", "malo", "no", "hello", "world", "bad", "not"]
WIDTH = 8


def _model(folder: Path, vocabulary: Sequence[str], seed: int = 0) -> None:
    """A Transformer of one layer, written by CTranslate2's own specification as its converters do."""
    from ctranslate2.specs.transformer_spec import TransformerSpec

    rng = np.random.default_rng(seed)
    spec: Any = TransformerSpec.from_config((1, 1), 2, pre_norm=True)

    def weights(*shape: int) -> Any:
        return rng.normal(0, 0.3, shape).astype(np.float32)

    def linear(layer: Any, inputs: int, outputs: int) -> None:
        layer.weight, layer.bias = weights(outputs, inputs), np.zeros(outputs, np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    def attention(layer: Any, *widths: int) -> None:
        norm(layer.layer_norm)
        for part, outputs in zip(layer.linear, widths, strict=True):
            linear(part, WIDTH, outputs)

    encoder, decoder = spec.encoder, spec.decoder
    encoder.embeddings[0].weight, decoder.embeddings.weight = (weights(len(vocabulary), WIDTH) for _ in range(2))
    for side in (encoder, decoder):
        side.position_encodings.encodings = weights(512, WIDTH)
        norm(side.layer_norm)
        attention(side.layer[0].self_attention, 3 * WIDTH, WIDTH)
        feed = side.layer[0].ffn
        norm(feed.layer_norm)
        linear(feed.linear_0, WIDTH, 16)
        linear(feed.linear_1, 16, WIDTH)
    attention(decoder.layer[0].attention, WIDTH, 2 * WIDTH, WIDTH)
    linear(decoder.projection, WIDTH, len(vocabulary))
    spec.register_source_vocabulary(list(vocabulary))
    spec.register_target_vocabulary(list(vocabulary))
    spec.config.add_source_eos = True
    spec.validate()
    spec.optimize()
    folder.mkdir(exist_ok=True)
    spec.save(str(folder))


@pytest.fixture
def by_words(tmp_path: Path) -> Path:
    """A model whose tokens are words."""
    _model(tmp_path / "es", WORDS)
    (tmp_path / "es" / "tokens.txt").write_text("whitespace\n")
    return tmp_path / "es"


@pytest.fixture
def by_pieces(tmp_path: Path) -> Path:
    """A model with SentencePiece's tokens, learnt from the labelled lines."""
    folder = tmp_path / "opus-es-en"
    folder.mkdir()
    for side, texts in (
        ("source", [line.text for line in read() if line.language == "es"]),
        ("target", [line.text for line in read() if line.language == "en"]),
    ):
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts), model_prefix=str(folder / side), vocab_size=120, minloglevel=2
        )
        (folder / f"{side}.model").rename(folder / f"{side}.spm")
    target = sentencepiece.SentencePieceProcessor(str(folder / "target.spm"))
    _model(folder, [target.id_to_piece(number) for number in range(target.get_piece_size())])
    return folder


def _itself(folder: Path, tokens: list[str]) -> list[str]:
    """What CTranslate2 makes of one sentence, asked directly."""
    translator = ctranslate2.Translator(str(folder), device="cpu", intra_threads=1)
    return list(translator.translate_batch([tokens], beam_size=2, replace_unknowns=True)[0].hypotheses[0])


def _english(answers: Sequence[object]) -> list[str]:
    return [answer.english for answer in answers if isinstance(answer, Translated)]


def test_words(by_words: Path):
    """Sentence by sentence what the model says, without what it says to itself."""
    engine = CTranslate("es", by_words)
    found = engine.translate(["hola mundo. malo", "no malo"])
    engine.close()
    said = [_itself(by_words, tokens) for tokens in (["hola", "mundo.", "malo"], ["no", "malo"])]
    expected = [" ".join(token for token in tokens if token[0] != "<") for tokens in said]
    assert _english(found) == expected


def test_pieces(by_pieces: Path):
    """Its own SentencePiece on both sides."""
    source, target = (
        sentencepiece.SentencePieceProcessor(str(by_pieces / f"{side}.spm")) for side in ("source", "target")
    )
    text = "La habitación era muy buena"
    said = _itself(by_pieces, source.encode(text, out_type=str))
    engine = CTranslate("es", by_pieces)
    found = engine.translate([text])
    engine.close()
    expected = target.decode([token for token in said if token not in ("<s>", "</s>", "<unk>")])
    assert _english(found) == [expected]


def test_a_batch_equals_its_singles(by_words: Path):
    """Also with texts without words and texts of many sentences among them."""
    texts = ["hola mundo", "", "no malo. hola. mundo no", "hola " * 600, "!!", "malo"]
    engine = CTranslate("es", by_words)
    found = engine.translate(texts)
    expected = [engine.translate([text])[0] for text in texts]
    engine.close()
    assert found == expected


def test_unknown_tokens_are_counted(by_words: Path):
    """Those that the model has no place for."""
    engine = CTranslate("es", by_words)
    [found] = engine.translate(["hola xyz mundo abc"])
    engine.close()
    assert isinstance(found, Translated)
    assert found.unknown_words == 0.5


def test_other_weights_are_another_version(tmp_path: Path, by_words: Path):
    """The version goes by all files of the model."""
    _model(tmp_path / "other", WORDS, seed=1)
    (tmp_path / "other" / "tokens.txt").write_text("whitespace\n")
    versions = [CTranslate("es", folder).version for folder in (by_words, by_words, tmp_path / "other")]
    assert versions[0] == versions[1] != versions[2]
    assert versions[0].startswith(ctranslate2.__version__)


def test_a_folder_without_tokens(by_words: Path):
    """It is said which files are expected; nothing is guessed."""
    (by_words / "tokens.txt").unlink()
    with pytest.raises(EngineError, match=r"expected source\.spm and target\.spm, or"):
        CTranslate("es", by_words)


def test_a_folder_without_a_model(tmp_path: Path):
    """A vocabulary alone is none, nor is anything else."""
    (tmp_path / "tokens.txt").write_text("whitespace")
    with pytest.raises(EngineError, match=r"no model of CTranslate2: no source_vocabulary"):
        CTranslate("es", tmp_path)
    (tmp_path / "shared_vocabulary.json").write_text(json.dumps(WORDS))
    with pytest.raises(EngineError, match="no model of CTranslate2"):
        CTranslate("es", tmp_path)


def test_tokens_that_are_none(by_pieces: Path):
    """A damaged SentencePiece model is told."""
    (by_pieces / "source.spm").write_bytes(b"no model")
    with pytest.raises(EngineError, match="no SentencePiece models"):
        CTranslate("es", by_pieces)
