"""One line says which engine each language has."""

from collections.abc import Callable
from pathlib import Path

import pytest

from batch.engines.choose import close, engines, without
from batch.engines.identity import Identity
from batch.errors import EngineError

CODES = ("en", "es", "de")


def test_auto(modes: Callable[..., Path]):
    """English as it is, apertium where it can, nothing else; what is left is told."""
    found = engines("auto", CODES, modes())
    assert {code: engine.name for code, engine in found.items()} == {"en": "identity:en", "es": "apertium:es-en"}
    assert without(CODES, found) == ["de"]
    close(found.values())


def test_some_languages_otherwise(modes: Callable[..., Path], monkeypatch: pytest.MonkeyPatch):
    """What follows a comma counts for its language alone."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    found = engines("auto,de=amazon:eu-west-1,es=none", CODES, modes())
    assert {code: engine.name for code, engine in found.items()} == {"en": "identity:en", "de": "amazon:de-en"}
    close(found.values())


def test_english_is_never_translated(tmp_path: Path):
    """Whatever engine is asked for, and it has a version."""
    [engine] = engines("ctranslate2:/no/such/folder", ["en"], tmp_path).values()
    assert isinstance(engine, Identity)
    assert engine.translate(["Not bad"])[0] == ("Not bad", 0.0, False)


def test_apertium_alone_has_to_be_there(modes: Callable[..., Path]):
    """A language that one asked apertium for, and that it does not know, is an error."""
    with pytest.raises(EngineError, match="no pair from de to en"):
        engines("apertium", CODES, modes())


def test_a_model_for_each_language(tmp_path: Path):
    """{source} is the language."""
    with pytest.raises(EngineError, match="opus-es-en"):
        engines(f"ctranslate2:{tmp_path}/opus-{{source}}-en", ["es"], tmp_path)


@pytest.mark.parametrize("spec", ["", "google", "amazon", "auto,apertium", "auto,es=", "es=bing:x", "apertium:x"])
def test_a_line_that_says_nothing(spec: str, tmp_path: Path):
    """The error shows what one may write."""
    with pytest.raises(EngineError, match="expected auto, apertium, amazon:region"):
        engines(spec, CODES, tmp_path)
