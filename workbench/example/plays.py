"""Plays as plain text: speeches with blank lines between, the speaker first and a tab after; and what each play is.

    HAMLET<tab>To be, or not to be: that is the question:
    <tab>Whether 'tis nobler in the mind to suffer

Left out: speakers, scenes and stage directions.
"""

import os
import re

from .rows import Genre, Line

_GENRES = {
    "comedy": "allswellthatendswell asyoulikeit comedyoferrors cymbeline loveslabourslost measureforemeasure "
    "merchantofvenice merrywivesofwindsor midsummersnightsdream muchadoaboutnothing periclesprinceoftyre "
    "tamingoftheshrew tempest twelfthnight twogentlemenofverona winterstale",
    "history": "1kinghenryiv 1kinghenryvi 2kinghenryiv 2kinghenryvi 3kinghenryvi kinghenryv kinghenryviii kingjohn "
    "kingrichardii kingrichardiii",
    "tragedy": "antonyandcleopatra coriolanus hamlet juliuscaesar kinglear macbeth othello romeoandjuliet "
    "timonofathens titusandronicus troilusandcressida",
}  # fmt: skip
"""By hand. Romances count as comedies; of Troilus and Cressida people disagree."""
_speaker = re.compile(r"^[^\t\n\[]{1,60}\t")
_direction = re.compile(r"\[[^\]]*\]")
_first_act = re.compile(r"^ACT I$", re.MULTILINE)


def there(folder: str) -> bool:
    """Whether all plays are in a folder."""
    return all(
        os.path.isfile(os.path.join(folder, f"{name}.txt")) for names in _GENRES.values() for name in names.split()
    )


def read(folder: str) -> tuple[list[Line], list[Genre]]:
    """Every speech of every play, and the genres."""
    genres = [Genre(name, "", genre) for genre, names in _GENRES.items() for name in names.split()]
    lines, titled = [], []
    for one in sorted(genres):
        with open(os.path.join(folder, f"{one.item}.txt"), encoding="utf-8") as file:
            text = file.read()
        titled.append(one._replace(title=text.split("\n", 1)[0].strip()))
        lines += [Line(one.item, at, speech) for at, speech in enumerate(speeches(text))]
    return lines, titled


def speeches(text: str) -> list[str]:
    r"""What is spoken, a text each.

    >>> speeches("A PLAY\n\nACT I\n\nHAMLET\tTo be, or\n\tnot [Aside] to be.\n\n\t[Exit]\n\nALL\tHail!\n")
    ['To be, or not to be.', 'Hail!']
    """
    begins = _first_act.search(text)
    blocks = re.split(r"\n\s*\n", text[begins.end() :] if begins else text)
    spoken = (_speaker.sub("", block.lstrip("\n"), count=1) for block in blocks if _speaker.match(block.lstrip("\n")))
    found = (" ".join(_direction.sub(" ", one).split()) for one in spoken)
    return [one for one in found if one]
