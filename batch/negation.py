"""Whether a text's negation is still there in its English, told from words alone.

A translator by rules turns "nadie me respondió" into "anybody answered me": the one fault that turns a tone round.
Sentences are compared one with one where both sides have equally many, else the texts as a whole.
Left out: which word a negation belongs to, irony, prefixes ("impossible").
"""

import re
from functools import cache

from textmodel.sentences import spans

_WORDS = {
    "es": "no nunca jamás nada nadie ningún ninguno ninguna ningunos ningunas ni sin tampoco",
    "pt": "não nao n nunca jamais nada ninguém ninguem nenhum nenhuma nenhuns nenhumas nem sem tampouco",
    "ca": "no mai res ningú gens sense tampoc ni",
    "it": "non mai niente nulla nessun nessuno nessuna né ne' senza neanche nemmeno neppure",
    "fr": "ne n' pas jamais rien aucun aucune sans ni guère nulle",
    "de": "nicht nich kein keine keinen keinem keiner keines nie niemals nichts nix niemand niemanden niemandem "
    "ohne weder nirgends nirgendwo",
}  # fmt: skip
"""What negates, ISO 639-1 to words. Words that usually do something else (French plus, personne; Catalan cap) are
left out: they stand beside ne or no where they negate."""
_IDIOMS = {
    "es": r"sin embargo|no obstante|sin duda|no (?:sólo|solo|solamente)|nada más|de nada|¿no\?|cómo no|más que nada|"
          r"sin más",
    "pt": r"sem dúvidas?|n[ãa]o obstante|n[ãa]o (?:só|apenas|somente)|nada mais|de nada|mais do que nunca|né",
    "ca": r"no obstant|sens dubte|sense dubte|no (?:només|sols)|més que res|de res|oi que no",
    "it": r"senza dubbio|non (?:solo|soltanto)|più che mai|mai più|per niente male|se non|come mai|"
          r"(?:abbia|abbiamo|avessi|ho) mai",
    "fr": r"sans (?:aucun )?doute|n(?:e |['\u2019])\w+ (?:\w+ )?qu(?:e\b|['\u2019])|non seulement|pas mal|pas que|"
          r"de rien|plus que jamais|un pas|n['\u2019]importe",
    "de": r"nicht (?:nur|zuletzt)|ohne zweifel|ohne weiteres|nichtsdestotrotz|nichts als|oder nicht\?",
}  # fmt: skip
"""What holds such a word and negates nothing, or needs no negation in English."""
_ENGLISH = re.compile(
    r"\b(?:no|not|never|nothing|nobody|none|nowhere|neither|nor|without|cannot|hardly|barely|scarcely|least|unable|"
    r"fail(?:s|ed|ing)?|lack(?:s|ed|ing)?|refus(?:e|es|ed|ing)|dislik(?:e|es|ed)|away|free|instead|[a-z]+less)\b"
    r"|n['\u2019]?t\b",
    re.IGNORECASE,
)
"""English has many ways to deny: whichever of them is there, nothing was lost."""


_ANYBODY = re.compile(r"\bany(?:body|one|thing)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:()]|\b(?:and|but|because|or)\b", re.IGNORECASE)
"""A word such as anybody needs a negation in its clause; one without was nobody before a translator by rules."""


def negation_lost(text: str, language: str, english: str) -> bool:
    """Whether `text` denies something and its `english` nothing; False for a language without a table.

    >>> negation_lost("La comida no era buena.", "es", "The food was good.")
    True
    >>> negation_lost("No tengo nada que decir.", "es", "I do not have anything to say.")
    False
    """
    if language not in _WORDS or not negations(text, language):
        return False
    ours, theirs = _sentences(text), _sentences(english)
    if len(ours) != len(theirs):
        ours, theirs = [text], [english]
    return any(negations(o, language) and _denies_nothing(t) for o, t in zip(ours, theirs, strict=True))


def negations(text: str, language: str) -> int:
    """How many words of `text` negate.

    >>> negations("Sin embargo, no volvería nunca", "es")
    2
    """
    if language not in _WORDS:
        return 0
    idioms, words = _patterns(language)
    return len(words.findall(idioms.sub(" ", text)))


def _denies_nothing(english: str) -> bool:
    """Whether a sentence, or a clause of it that needs to, has no negation."""
    if not _ENGLISH.search(english):
        return True
    return any(_ANYBODY.search(clause) and not _ENGLISH.search(clause) for clause in _CLAUSE.split(english))


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in spans(text)]


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = sorted(_WORDS[language].split(), key=len, reverse=True)
    elided = "|".join(re.escape(word[:-1]) + "['\u2019]" for word in words if word.endswith("'"))
    whole = "|".join(re.escape(word) for word in words if not word.endswith("'"))
    pattern = rf"\b(?:(?:{whole})\b" + (rf"|{elided}" if elided else "") + ")"
    return re.compile(rf"(?<!\w)(?:{_IDIOMS[language]})(?!\w)", re.IGNORECASE), re.compile(pattern, re.IGNORECASE)
