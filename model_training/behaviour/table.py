"""A report on a terminal: a table of the groups, and the failed cases with their answers.

Left out: colours and progress; a run takes a fraction of a second.
"""

from collections.abc import Iterator

from .expectations import Answer
from .report import GroupResult, Report, Result

_HEADER = f"{'group':<18} {'cases':>5} {'passed':>6} {'rate':>6} {'floor':>6}  verdict"


def table(report: Report) -> str:
    """A row a group and one for all of them."""
    share = f"{report.passed / report.cases:.1%}"
    total = f"{'all':<18} {report.cases:>5} {report.passed:>6} {share:>6}"
    return "\n".join([_HEADER, *map(_row, report.groups), total])


def failures(report: Report) -> str:
    """The failed cases by group: the text, what was expected, and the answers; "" when all passed."""
    return "\n".join(line for result in report.groups for line in _failures(result))


def _row(result: GroupResult) -> str:
    name, cases, floor = result.group.name, len(result.results), f"{result.group.floor:.0%}"
    verdict = "holds" if result.holds else "BELOW"
    return f"{name:<18} {cases:>5} {result.passed:>6} {f'{result.rate:.1%}':>6} {floor:>6}  {verdict}"


def _failures(result: GroupResult) -> Iterator[str]:
    if result.failures:
        yield f"\n{result.group.name}: {result.group.about}"
    for failure in result.failures:
        yield from _case(failure)


def _case(result: Result) -> Iterator[str]:
    yield f"  expected {result.case.expectation}"
    yield f"    {_answer(result.answer)}  {result.case.text!r}"
    if result.case.partner is not None:
        yield f"    {_answer(result.partner)}  {result.case.partner!r}"


def _answer(answer: Answer) -> str:
    scores = " ".join(f"{label} {score:.2f}" for label, score in answer.scores.items())
    return f"{answer.label} ({'; '.join([scores, *answer.warnings])})"
