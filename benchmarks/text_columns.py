"""The columns of the text section's tables: one text, both token rules, the stages, the options and drift.

Left out: the other sections' (`columns`).
"""

from . import contestants
from .columns import Column, Table
from .plan import Plan


def per_text(_plan: Plan) -> Table:
    return Table(
        "One text, and 1,000",
        "In process, one core, no HTTP; a text of about 20 words whose words have been met before. 1,000 texts are "
        "one batch. The core includes reading and writing JSON; the handlers a whole HTTP API event.",
        (
            Column("p50 µs", "text.p50_us"),
            Column("p99 µs", "text.p99_us"),
            Column("faster than the original (p50)", "text.p50_us", contestants.ORIGINAL_TEXT, smaller_is_better=True),
            Column("1,000 texts, ms", "text.many_ms"),
            Column("faster than the original's batch", "text.many_ms", contestants.ORIGINAL_TEXT, True),
        ),
    )


def rules(_plan: Plan) -> Table:
    return Table(
        "Both token rules",
        "`Model.classify` and `classify_many` from text to answer, with the same network. An artifact uses one rule; "
        "for the other a stand-in has the artifact's network over the most frequent terms of these texts, so many that "
        "it knows as large a share of a text's terms. What its weights mean does not matter for speed.",
        (
            Column("p50 µs", "rule.p50_us"),
            Column("p99 µs", "rule.p99_us"),
            Column("of rule 1 (p50)", "rule.p50_us", contestants.RULE_1),
            Column("1,000 texts, ms", "rule.many_ms"),
            Column("known terms a text, mean", "rule.known_terms"),
            Column("model", "rule.model"),
        ),
        rows="Rule",
    )


def stages(_plan: Plan) -> Table:
    return Table(
        "Rule 2 by stage",
        "Over the texts, by the model of rule 2 above. Only the means add up: a stage that most texts do not need "
        "has a low median. The clock is read after each stage, which is in its figure. That the stages give the answer "
        "of `classify` is checked before they are timed.",
        (
            Column("p50 µs", "stage.p50_us"),
            Column("mean µs", "stage.mean_us"),
            Column("of the whole (mean)", "stage.mean_us", contestants.WHOLE),
        ),
        rows="Stage",
    )


def options(_plan: Plan) -> Table:
    return Table(
        "What a request may ask for",
        "By the shipped artifact, in process, without JSON. Every answer says how reliable it is; another target is "
        "another accuracy asked for. The text of 10 sentences has about 200 words.",
        (
            Column("p50 µs", "option.p50_us"),
            Column("p99 µs", "option.p99_us"),
        ),
        rows="Call",
    )


def drift(plan: Plan) -> Table:
    return Table(
        "Drift",
        f"Reading {plan.drift_lines:,} made-up log lines from a file, one in twenty feedback, up to the counts, "
        "without start and verdicts. The memory is that of the process at its most.",
        (
            Column("lines/s", "drift.lines_per_s"),
            Column("peak MB", "drift.peak_mb"),
        ),
        rows="Command",
    )
