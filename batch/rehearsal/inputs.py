"""Generated reviews of a rehearsal: several files, one of them twice, some reviews in two files, some rows broken.

Left out: reading them.
"""

import json
import random
from pathlib import Path
from typing import NamedTuple

_SUBJECTS = ("The room", "Breakfast", "The staff", "The view", "Our bed", "The pool", "Check-in", "The price")
_VERBS = ("was", "seemed", "turned out", "was never", "was really")
_WORDS = ("clean", "noisy", "friendly", "cold", "excellent", "terrible", "fine", "small", "beautiful", "slow")
_SPANISH = ("La habitación estaba limpia", "El desayuno fue terrible", "El personal era muy amable", "No volveremos")


class Expected(NamedTuple):
    """What must be in the database, counted while writing: of files with different content."""

    rows: int
    rejected: int
    distinct: int


def write(folder: Path, rows: int, seed: int = 7) -> Expected:
    """Five files below `folder` of some `rows` rows together."""
    chance = random.Random(seed)  # noqa: S311
    large, small = rows // 2, rows // 8
    english = [_review(chance, n) for n in range(large)]
    spanish = [{"id": f"s{n}", "text": f"{chance.choice(_SPANISH)}, {n}."} for n in range(small)]
    others = [_review(chance, n) for n in range(large, large + small)]
    again = [*english[:small], *others[: small // 2]]  # reviews that other files have too
    broken = _lines(folder / "a.jsonl", english, chance)
    _csv(folder / "b.csv", spanish)
    _csv(folder / "c.csv", others)
    broken += _lines(folder / "d.jsonl", again, chance)
    (folder / "e-is-a-again.jsonl").write_bytes((folder / "a.jsonl").read_bytes())
    good = {(review["id"], review["text"]) for review in (*english, *spanish, *others)}
    return Expected(len(english) + len(spanish) + len(others) + len(again) + broken, broken, len(good))


def _review(chance: random.Random, number: int) -> dict[str, str]:
    words = (chance.choice(_SUBJECTS), chance.choice(_VERBS), chance.choice(_WORDS))
    return {"id": f"r{number}", "text": f"{' '.join(words)} and {chance.choice(_WORDS)}, stay {number}."}


def _lines(path: Path, reviews: list[dict[str, str]], chance: random.Random) -> int:
    """JSON lines; gives how many of its rows are broken."""
    broken = 0
    with path.open("w", encoding="utf-8") as file:
        for review in reviews:
            file.write(json.dumps(review, ensure_ascii=False) + "\n")
            if chance.random() < 0.02:
                file.write('{"id": "cut", "text": "never\n')
                broken += 1
    return broken


def _csv(path: Path, reviews: list[dict[str, str]]) -> None:
    lines = (f'{review["id"]},"{review["text"]}"\n' for review in reviews)
    path.write_text("id,text\n" + "".join(lines), encoding="utf-8")
