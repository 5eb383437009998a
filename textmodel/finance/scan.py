"""Text to raw tokens: words, numbers and the punctuation that means something; damaged letters mended.

A raw token is spelt as the text spells it, so its place in the text is known. Left out: what it means.
"""

import re


def _pattern(letter: str, digit: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?!s\b){letter}++(?:[-'’&]{letter}++)*+"  # Profit, year-on-year, didn't, S&P; not the s of "company 's"
        rf"|{digit}++(?:[ ]?[.,]{digit}++)*+"  # 13, 13.1, "13 .1", 5,1, 1,234.5
        r"|[%$€£¥(),;:−–-]"
    )


_ANY, _ASCII = _pattern(r"[^\W\d_]", r"\d"), _pattern("[A-Za-z]", "[0-9]")


def token_pattern(text: str) -> re.Pattern[str]:
    """What finds the raw tokens of a text from left to right, in one scan; never goes back over a letter.

    The tokens of an ASCII text are the same by either pattern; its own takes two thirds of the time.
    """
    return _ASCII if text.isascii() else _ANY


_SPECIAL = bytes(range(0x80, 0xA0)).decode("cp1252", "ignore")
"""What Windows-1252 makes of bytes that Latin-1 makes control characters of; a few have no letter there."""
_AS_LATIN_1 = str.maketrans(_SPECIAL, _SPECIAL.encode("cp1252").decode("latin-1"))
_DAMAGE = re.compile(
    rf"\+Æ|\+¦|\x88EUR TM|[\x91-\x97]|[ÃÂ][\x80-\xbf{_SPECIAL}]|â[\x80€][\x93\x94\x98\x99\x9c\x9d“”˜™œ]|â[\x82‚]¬"
)
_MENDED = {
    "+Æ": "ä", "+¦": "ö", "\x88EUR TM": "'",
    "\x91": "'", "\x92": "'", "\x93": '"', "\x94": '"', "\x95": "-", "\x96": "-", "\x97": "-",
}  # fmt: skip
"""What is left of a letter after a wrong decoding: the first row is the Financial PhraseBank's own damage."""


def mend(text: str) -> str:
    """The text with letters that were decoded wrongly put right (mojibake).

    UTF-8 read as Latin-1 or Windows-1252, and the two wrong decodings of the Financial PhraseBank.

    >>> mend("J+Ærvinen"), mend("JÃ¤rvinen"), mend("â‚¬5m")
    ('Järvinen', 'Järvinen', '€5m')
    """
    return text if text.isascii() else _DAMAGE.sub(lambda found: _letter(found[0]), text)


def mended_spans(text: str) -> list[tuple[int, int, int]]:
    """Where letters are mended: start and end in the text as sent, and how long they are mended."""
    return [(*found.span(), len(_letter(found[0]))) for found in _DAMAGE.finditer(text)]


def _letter(damaged: str) -> str:
    known = _MENDED.get(damaged)
    return damaged.translate(_AS_LATIN_1).encode("latin-1").decode() if known is None else known
