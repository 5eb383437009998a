"""GoEmotions as it is published, its 28 labels folded to happy, angry and sad.

    train.tsv, dev.tsv, test.tsv   text TAB numbers of labels, with commas between TAB id      labels.txt   their names

D. Demszky et al., *GoEmotions: A Dataset of Fine-Grained Emotions*, ACL 2020; CC BY 4.0. The families are those of the
paper's ekman_mapping.json, without fear, disgust and surprise. Left out: downloading it.
"""

import os
from collections.abc import Iterator

from ..errors import SourceError
from .rows import Comment

LICENCE = "CC BY 4.0"
FAMILIES = {
    "happy": "admiration amusement approval caring desire excitement gratitude joy love optimism pride relief",
    "angry": "anger annoyance disapproval",
    "sad": "sadness disappointment embarrassment grief remorse",
}
PARTS = {"train": "train.tsv", "tune": "dev.tsv", "test": "test.tsv"}
OPTIONS = ("--folds", "3", "--language", "en", "--licence", LICENCE)
"""The trainer's own recipe, on three folds to be done sooner."""


def there(folder: str) -> bool:
    """Whether all files are in a folder."""
    return all(os.path.isfile(os.path.join(folder, name)) for name in (*PARTS.values(), "labels.txt"))


def read(folder: str) -> list[Comment]:
    """Every comment whose labels are of one family; what else was felt leaves it not clear.

    Raises: SourceError for a line that is not in the published form.
    """
    with open(os.path.join(folder, "labels.txt"), encoding="utf-8") as file:
        names = file.read().split()
    return [one for part, name in PARTS.items() for one in _part(os.path.join(folder, name), part, names)]


def family(names: list[str]) -> tuple[str, bool] | None:
    """The one family of a comment's labels, and whether nothing else stands beside it; None where there is none.

    >>> family(["joy", "love"]), family(["joy", "neutral"]), family(["joy", "anger"]), family(["fear"])
    (('happy', True), ('happy', False), None, None)
    """
    of = {name: label for label, members in FAMILIES.items() for name in members.split()}
    found = {of.get(name, name) for name in names}
    known = found & set(FAMILIES)
    return (known.pop(), len(found) == 1) if len(known) == 1 else None


def _part(path: str, part: str, names: list[str]) -> Iterator[Comment]:
    with open(path, encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            try:
                text, numbers, key = line.rstrip("\n").split("\t")
                found = family([names[int(n)] for n in numbers.split(",")])
            except (ValueError, IndexError) as error:
                raise SourceError(f"{path}, line {number}", "text TAB numbers TAB id", str(error)) from error
            if found:
                yield Comment(key, text.strip(), found[0], found[1], part)
