"""A negation that a translation lacks is seen; one that is there in other words is not missed."""

import pytest

from batch.negation import negation_lost, negations
from batch.quality.lines import read

LOST = [
    ("es", "Nadie me respondió", "Anybody answered me"),
    ("es", "La comida no era buena. Volveré.", "The food was good. I will return."),
    ("es", "El desayuno no era bueno y nadie nos ayudó.", "The breakfast was not good and anybody helped us."),
    ("fr", "Je ne recommande à personne", "I recommend to everyone"),
    ("fr", "C\u2019est pas bon", "It is good"),
    ("fr", "Il n\u2019y a aucun bruit", "There is noise"),
    ("pt", "Não gostei", "I liked"),
    ("it", "Non funziona", "It works"),
    ("ca", "No funciona gens", "It works"),
    ("de", "Das ist kein gutes Hotel", "This is a good hotel"),
]
KEPT = [
    ("es", "No me gustó nada", "I didn't like it at all"),
    ("es", "No me gustó nada", "I didn\u2019t like it at all"),
    ("es", "Sin embargo, muy bueno", "However, very good"),
    ("es", "No solo es barato, también es bueno", "It is cheap and good too"),
    ("es", "No funciona", "It fails to work"),
    ("es", "Sin sabor", "Tasteless"),
    ("fr", "Je n'ai que du bien à dire", "I have only good to say"),
    ("fr", "Sans doute le meilleur", "Probably the best"),
    ("pt", "Sem dúvida o melhor", "Definitely the best"),
    ("it", "La migliore che abbia mai mangiato", "The best I have ever eaten"),
    ("ca", "No obstant, molt bo", "However, very good"),
    ("de", "Nicht nur gut, auch billig", "Good and cheap too"),
    ("es", "Muy bueno", "Very good"),
    ("nl", "Niet goed", "Good"),
    ("en", "Not good", "Good"),
]


@pytest.mark.parametrize(("language", "text", "english"), LOST)
def test_lost(language: str, text: str, english: str):
    """The text denies, its English does not."""
    assert negation_lost(text, language, english)


@pytest.mark.parametrize(("language", "text", "english"), KEPT)
def test_kept(language: str, text: str, english: str):
    """Nothing was denied, or the English denies in its way, or nobody can tell."""
    assert not negation_lost(text, language, english)


def test_a_persons_translations_lose_nothing():
    """No false alarm on the labelled lines, of which a third deny."""
    lines = [line for line in read() if line.language != "en"]
    assert [line for line in lines if negation_lost(line.text, line.language, line.english or "")] == []
    assert sum(negations(line.text, line.language) > 0 for line in lines) > 60
