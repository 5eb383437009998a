"""Made-up texts for who has no data: comments with an emotion, and films whose lines tell, on the whole, their genre.

No licence holds for any of it. Left out: any claim to be like what people write.
"""

import random

from .rows import Comment, Genre, Line

_OPENINGS = ("Honestly,", "Well,", "Look,", "You know,", "After all these years", "This morning", "In the end", "Oh,")
_FELT = {
    "happy": ("what a wonderful day", "I love this so much", "we laughed until dawn", "thank you for everything",
              "this is the best news", "I am so glad you came", "how lovely to see you", "we won, and I am proud"),
    "angry": ("this is outrageous", "I hate how they lie", "get out of my house", "how dare you say that",
              "I am sick of this nonsense", "shut up and leave", "they ruined it on purpose", "what an idiot"),
    "sad": ("I miss her every day", "nothing will be the same", "we lost everything", "I cried all night",
            "it broke my heart", "I am sorry for your loss", "he died alone", "I feel so empty"),
}  # fmt: skip
_PLAIN = ("by the river", "at the station", "with my brother", "before the rain", "near the old mill", "on the phone",
          "in the kitchen", "when the lights went out", "after the game", "behind the church")  # fmt: skip
_ARCS = {
    "comedy": ((0.5, 0.25, 0.25), (0.5, 0.3, 0.2), (0.75, 0.1, 0.15)),
    "thriller": ((0.3, 0.45, 0.25), (0.2, 0.55, 0.25), (0.3, 0.5, 0.2)),
    "drama": ((0.45, 0.25, 0.3), (0.3, 0.25, 0.45), (0.2, 0.2, 0.6)),
}
"""Shares of happy, angry and sad in each third of a film."""
_MUDDLE = 0.25
"""The share of texts that say something else than they are labelled."""
OPTIONS = ("--folds", "2", "--split-seeds", "0", "--epochs", "10", "--language", "en")


def comments(count: int = 1500, seed: int = 0) -> list[Comment]:
    """Two thirds to train on, a sixth to tune, a sixth to test."""
    source, labels = random.Random(seed), tuple(_FELT)  # noqa: S311  # no secret
    made = []
    for number in range(count):
        label = source.choices(labels, (0.6, 0.25, 0.15))[0]
        said = source.choice(labels) if source.random() < _MUDDLE else label
        part = ("train", "train", "train", "train", "tune", "test")[number % 6]
        made.append(Comment(f"c{number:05}", _text(source, said), label, source.random() < 0.9, part))
    return made


def films(count: int = 48, lines: int = 40, seed: int = 0) -> tuple[list[Line], list[Genre]]:
    """Films of three genres, whose moods follow the genre's arc, loosely."""
    source, genres = random.Random(seed + 1), tuple(_ARCS)  # noqa: S311
    spoken, known = [], []
    for number in range(count):
        genre = genres[number % len(genres)]
        key = f"film{number:03}"
        known.append(Genre(key, f"Café Nº {number}", genre))
        own = [source.gauss(0, 0.12) for _ in _FELT]  # each film's own mood
        for at in range(lines):
            weights = [max(0.02, w + o) for w, o in zip(_ARCS[genre][at * 3 // lines], own, strict=True)]
            spoken.append(Line(key, at, _text(source, source.choices(tuple(_FELT), weights)[0])))
    return spoken, known


def _text(source: random.Random, said: str) -> str:
    return f"{source.choice(_OPENINGS)} {source.choice(_FELT[said])} {source.choice(_PLAIN)}{source.choice('.!')}"
