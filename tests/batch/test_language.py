"""A text's language is told, or said to be unknown; a short text's is what its file says."""

import pytest

from batch.errors import InputError
from batch.language import Language, Languages
from batch.quality.lines import read

CODES = ("es", "fr", "pt", "it", "ca", "de", "en")


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages(CODES)


def test_labelled_lines(languages: Languages):
    """None of the 210 lines is taken for another language, nineteen in twenty are told (docs: 203)."""
    lines = read()
    found = languages.detect([line.text for line in lines], [None] * len(lines))
    assert [
        line for line, language in zip(lines, found, strict=True) if language.code not in (line.language, None)
    ] == []
    assert sum(language.code is not None for language in found) >= 0.95 * len(lines)


def test_labelled_lines_whose_file_says_it(languages: Languages):
    """What a file says is kept where the text does not speak against it."""
    lines = read()
    found = languages.detect([line.text for line in lines], [line.language for line in lines])
    assert [language.code for language in found] == [line.language for line in lines]


@pytest.mark.parametrize("text", ["", "ok", "12345", "😀", "Excelente", "????", "5/5"])
def test_a_short_text_that_says_nothing(languages: Languages, text: str):
    """It is unknown, unless its file says more."""
    [unknown, declared] = languages.detect([text] * 2, [None, "pt-BR"])
    assert unknown.code is None
    assert declared.code == "pt"
    assert 0 <= declared.confidence <= 1


@pytest.mark.parametrize(
    "text",
    [
        "De kamer was vies en niemand heeft ons geholpen met de koffers.",
        "Hotellet var mycket fint och personalen trevlig, vi kommer tillbaka.",
        "Номер был грязный и никто не извинился, больше не приедем.",
        "这家酒店非常好，服务员很友好，我们会再来的，早餐也很不错，推荐给大家。",  # noqa: RUF001
        "Camera era murdară și nimeni nu ne-a ajutat cu bagajele.",
    ],
)
def test_a_language_that_is_not_configured(languages: Languages, text: str):
    """It is unknown, not the nearest that is; nor what the file says, where that is another."""
    assert [language.code for language in languages.detect([text] * 2, [None, "es"])] == [None, None]


def test_a_file_that_says_wrong(languages: Languages):
    """A long text speaks for itself; one in a language that only the file knows keeps it."""
    german = "Das Zimmer war schmutzig und niemand hat sich entschuldigt."
    dutch = "De kamer was vies en niemand heeft ons geholpen met de koffers."
    found = languages.detect([german, german, dutch], ["es", "Deutsch", "nl"])
    assert [language.code for language in found] == ["de", "de", "nl"]
    assert found[2] == Language("nl", 0.0)


def test_one_language_is_no_certainty():
    """With one configured, another one is not taken for it."""
    english = Languages(["en"])
    found = english.detect(
        ["The room was dirty and nobody apologised.", "Das Zimmer war schmutzig und laut."], [None] * 2
    )
    assert [language.code for language in found] == ["en", None]


def test_the_version_goes_by_the_languages():
    """Others tell other texts; their order does not matter."""
    versions = [Languages(codes).version for codes in (("es", "en"), ("en", "es"), ("en",))]
    assert versions[0] == versions[1] != versions[2]


@pytest.mark.parametrize("codes", [("en", "xx"), ()])
def test_codes_that_are_none(codes: tuple[str, ...]):
    """The error shows those that there are."""
    with pytest.raises(InputError, match="expected codes such as en,es of"):
        Languages(codes)


def test_a_text_does_not_depend_on_its_neighbours(languages: Languages):
    """Many at once are what each is alone."""
    texts = [line.text for line in read()][::3]
    assert languages.detect(texts, [None] * len(texts)) == [languages.detect([text], [None])[0] for text in texts]
    assert languages.detect([], []) == []
