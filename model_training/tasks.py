"""What belongs to a task and not to its network: labels, the file's layout, and what its card has to say.

SENTIMENT is known by name; `own` makes a task of any file with a column of texts and one of labels.
Left out: training values (`recipes`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .data import Layout
from .markdown import plain


@dataclass(frozen=True)
class Task:
    """One classifier's subject."""

    name: str
    labels: tuple[str, ...]
    title: str
    source: str
    """The data: what it is, who made it."""
    licence: str
    """The weights' licence in a few words."""
    licence_note: str
    """The data's licence, and what follows from it for the weights."""
    not_for: tuple[str, ...]
    language: str = ""
    """The texts' language by its ISO 639 code; "" where that does not matter."""
    layout: Layout = field(default_factory=Layout)
    unit: str = "sentence"
    """What one row of the data is."""


SENTIMENT = Task(
    name="sentiment",
    labels=("negative", "neutral", "positive"),
    title="Tone of a sentence of financial news",
    source=(
        "Financial PhraseBank v1.0: English sentences of news about companies listed in Helsinki, labelled by 5 to 8 "
        "annotators each, from the point of view of an investor. P. Malo, A. Sinha, P. Korhonen, J. Wallenius and "
        "P. Takala, *Good debt or bad debt: Detecting semantic orientations in economic texts*, Journal of the "
        "Association for Information Science and Technology 65 (4), 2014."
    ),
    licence="CC BY-NC-SA 3.0: no commercial use",
    licence_note=(
        "The data is under CC BY-NC-SA 3.0, so the weights and the vocabulary made from it are shared under "
        "CC BY-NC-SA 3.0 too: **no commercial use**. This is apart from the licence of the code, which is MIT. "
        "To use the code commercially, train it on data of your own."
    ),
    not_for=(
        "Investment decisions, or any other decision that nobody checks.",
        "Texts unlike its data, which is single English sentences of news: other languages, posts, reviews.",
        "Knowing which company a sentence is about: it gives the sentence one label for all of them.",
        "Statements without words of a direction, or meant otherwise than said: it reads no irony and no world.",
        "Its probabilities as risks for other kinds of text: they are calibrated on held-out sentences of its data.",
    ),
    language="en",
)
TASKS = {SENTIMENT.name: SENTIMENT}

# Written for this project, none from a data set; the first has no term at all, the second none that is known.
GOLDENS = (
    "",
    "Xyzzyq plughq frobozzq.",
    "Quarterly earnings doubled as orders from abroad kept growing.",
    "The plant will close and two hundred jobs will go after sales fell sharply.",
    "The annual meeting takes place in the town hall on Tuesday.",
    "Net loss widened to EUR 4.2 mn from EUR 1.1 mn a year before.",
    "Margins improved, although demand in the north was weaker than in the year before.",
    "PROFIT WARNING: revenue will be lower than expected, says Ängström & Søn — shares fall 12 %.",
)


def own(name: str, file: str, text: str, label: str, language: str, licence: str) -> Task:
    """A task of one's own classes: two columns of a file; its labels are known once that is read."""
    columns = f"texts from the column {plain(text)}, labels from the column {plain(label)}"
    stated = f"Stated by the person who trained it: {plain(licence)}." if licence else "Not stated."
    return Task(
        name=name,
        labels=(),
        title="A classifier of texts",
        source=f"{plain(file)}, a file of the person who trained it: {columns}.",
        licence=licence or "not stated",
        licence_note=f"{stated} What the data's licence asks also holds for the weights and the vocabulary made of it.",
        not_for=(
            "Texts unlike those it was trained on: of another kind, from another source, in another language.",
            "Texts that belong to none of its labels: it always names one.",
            "Its probabilities as risks for other texts: they are calibrated on held-out texts of the same file.",
        ),
        language=language,
        unit="text",
    )


def goldens_of(terms: Sequence[str]) -> tuple[str, ...]:
    """Golden inputs for any vocabulary, made of its own words, as those of one subject would miss another's.

    >>> goldens_of(["^good", "bad", "good", "so good"])[2:]
    ('bad', 'good', 'so good')
    """
    spelt = [term for term in terms if term[0] != "^"]  # the beginning of a word need not be one
    parts = min(6, len(spelt))
    return (*GOLDENS[:2], *(" ".join(spelt[start::parts][:12]) for start in range(parts)))
