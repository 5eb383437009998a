"""What the report of a validation and of a cross-validation says: sentences, tables, pictures.

Left out: how a page is written (`report`), and the figures themselves.
"""

from .emotion import Validated
from .features import THIRDS
from .figures import shown, table
from .media import CrossValidated
from .plots import arcs, classes, confusion, luck
from .report import Section

_FIGURES = {"accuracy": "accuracy", "balanced_accuracy": "balanced accuracy", "macro_f1": "macro-F1"}


def validation(found: Validated) -> list[Section]:
    """Of a text model on a part that it was not trained on."""
    score = found.score
    told = [f"{found.model} on {score.rows:,} texts of the part {found.split!r}, run {found.run}.", *doubts(found)]
    figures = [["measure", "value (95 %)"], *([name, shown(getattr(score, field))] for field, name in _FIGURES.items())]
    sections = [
        Section("Figures", told, figures),
        Section("By class", (), table(score), classes(score), "Bars of each class's F1 with its interval"),
        Section("Confusion", (), (), confusion(score), "Counts of true labels by given labels"),
    ]
    if found.slices:
        rows = [[name, f"{one.rows:,}", shown(one.accuracy), shown(one.macro_f1)] for name, one in found.slices.items()]
        sections.append(Section("By slice", (), [["slice", "rows", "accuracy (95 %)", "macro-F1 (95 %)"], *rows]))
    return sections


def doubts(found: Validated) -> list[str]:
    """What a reader of the figures has to know."""
    told = [f"{found.left_out:,} rows without a text or a label are left out."] if found.left_out else []
    if found.seen is None:
        return [
            *told,
            "The model was trained on other data than this extract: whether it saw these texts is not known.",
        ]
    return [*told, f"{found.seen:,} of these texts stand, word for word, in the part that was trained on too."]


def cross_validation(found: CrossValidated) -> list[Section]:
    """Of a media model, beside the majority and luck."""
    judged, data = found.judged, found.data
    truth = dict(zip(data.items, data.labels, strict=True))
    sections = [
        Section("Figures", verdict(found), comparison(found)),
        Section(
            "By class",
            (),
            table(judged.score, judged.repeats),
            classes(judged.score),
            "Bars of each class's F1 with its interval",
        ),
        Section(
            "Confusion",
            [f"Of {judged.repeats} repeats."],
            (),
            confusion(judged.score),
            "Counts of true by given labels",
        ),
    ]
    if judged.luck:
        score = judged.score.balanced_accuracy
        picture = luck(judged.luck, score, judged.majority.balanced_accuracy)
        sections.append(
            Section("Beside luck", (), (), picture, "Scores of shuffled labels as bars, the model's as a line")
        )
    names = {f"{third}_{emotion}" for third in THIRDS for emotion in found.features.emotions}
    if names <= set(found.features.table.column_names):
        picture = arcs(found.features.table, truth, found.features.emotions)
        sections.append(Section("The arc", ["Mean probability over the thirds of the items."], (), picture, "Lines"))
    return sections


def verdict(found: CrossValidated) -> list[str]:
    """The result in sentences: how it was judged, and whether it is better than guessing."""
    judged, data = found.judged, found.data
    how = f"{len(data.items):,} items in {judged.folds} folds, {judged.repeats} times, each judged by models that"
    told = [f"{how} did not see it. Features of {found.features.model} on {found.features.source}, run {found.run}."]
    if data.without_truth or data.without_features:
        told.append(f"{data.without_truth:,} items have no truth, {data.without_features:,} no features: left out.")
    low, base = judged.score.balanced_accuracy.low, judged.majority.balanced_accuracy.value
    if low <= base or (judged.luck and judged.luck.p > 0.05):
        return [*told, "Not shown to be better than guessing."]
    luck = "and than luck." if judged.luck else "; luck was not tried."
    told.append(f"Better than the majority {luck}".replace(" ;", ";"))
    return told


def comparison(found: CrossValidated) -> list[list[str]]:
    """The model, the majority and luck by balanced accuracy."""
    judged = found.judged
    rows = [["", "balanced accuracy (95 %)", "accuracy (95 %)"]]
    for name, one in (("this model", judged.score), ("majority", judged.majority)):
        rows.append([name, shown(one.balanced_accuracy), shown(one.accuracy)])
    if judged.luck:
        reached = f"{judged.luck.mean:.3f}, at most {judged.luck.highest:.3f}, p = {judged.luck.p:.3f}"
        rows.append([f"shuffled labels, {judged.luck.rounds} times", reached, ""])
    return rows
