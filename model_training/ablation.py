"""`python -m model_training ablate`: what each part of a token rule gives, by leaving it out.

The same folds, splits and recipe for every row, everything fitted inside the fold; only one part of the rule
does not work. Left out: publishing, which never leaves a part out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from textmodel.tokens import RULES

from . import corpus
from .corpus import folds
from .markdown import mean
from .metrics import Estimate
from .progress import Display
from .recipes import Ablated, Recipe
from .request import Prepared, Request
from .scores import Scores, score
from .trials import Trial, judge

WHOLE = "nothing"


def recipes(recipe: Recipe) -> dict[str, Recipe]:
    """The recipe itself, and without each part of its token rule."""
    parts = RULES[recipe.token_rule].parts
    return {WHOLE: recipe, **{name: Ablated(**asdict(recipe), without=name) for name in parts}}


def epochs(request: Request) -> int:
    """Epochs over all networks that an ablation fits."""
    networks = len(recipes(request.recipe)) * len(request.split_seeds) * request.folds
    return networks * request.recipe.members * request.recipe.epochs


def ablate(request: Request, prepared: Prepared, display: Display) -> dict[str, Scores]:
    """What is left out to what is reached without it; first with everything."""
    sentences = corpus.of(prepared)
    splits = [(s, folds(sentences, request.recipe.token_rule, request.folds, s)) for s in request.split_seeds]
    asked = recipes(request.recipe)
    trials = [Trial(f"without {name}", recipe, *split) for name, recipe in asked.items() for split in splits]
    answers = iter(judge(trials, sentences, request.seed, request.jobs, display))
    return {name: score(sentences, [next(answers) for _ in splits], request.seed) for name in asked}


def table(found: Mapping[str, Scores]) -> str:
    """A row a part, with what it gives in points of a hundred."""
    whole = found[WHOLE]
    width = max(map(len, found))
    lines = [f"{'left out':<{width}}  {'accuracy':>13}  {'macro-F1':>13}  {'its gain':>12}"]
    for name, scores in found.items():
        gains = (100 * (all_of_it.mean - without.mean) for all_of_it, without in _pairs(whole, scores))
        gain = " / ".join(f"{points:+.1f}" for points in gains) if scores is not whole else ""
        lines.append(f"{name:<{width}}  {mean(scores.accuracy):>13}  {mean(scores.macro_f1):>13}  {gain:>12}")
    return "\n".join(lines)


def _pairs(one: Scores, other: Scores) -> Sequence[tuple[Estimate, Estimate]]:
    return (one.accuracy, other.accuracy), (one.macro_f1, other.macro_f1)
