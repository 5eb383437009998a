"""`python -m batch plan`: an input becomes shards and one manifest in the stack's bucket.

Left out: the work (`planning`).
"""

from typing import Annotated

import typer

from .. import costs, inputs, planning, prices, settings
from ..aws import stack
from ..aws.door import open_aws
from ..measured import with_bar
from ..records import Columns
from ..settings import SHIPPED, Settings
from . import cloud
from .cloud import STACK, StackName

_COMMAS = ",".join(settings.LANGUAGES)


def command(
    input: Annotated[str, typer.Option(help="a file, a folder or s3://bucket/prefix; files here are uploaded")],  # noqa: A002
    rows_a_shard: Annotated[int, typer.Option(min=1, help="one shard is one container")] = planning.ROWS_A_SHARD,
    text_column: Annotated[str | None, typer.Option(help="guessed where it is plain")] = None,
    id_column: Annotated[str | None, typer.Option(help="guessed where it is plain")] = None,
    language_column: Annotated[str | None, typer.Option(help="guessed where it is plain")] = None,
    languages: Annotated[str, typer.Option(envvar="UNDERTONE_LANGUAGES", help="to tell apart, ISO 639-1")] = _COMMAS,
    engines: Annotated[str, typer.Option(envvar="UNDERTONE_ENGINES", help="of translation, as es=apertium")] = "auto",
    task: Annotated[str, typer.Option(help="the artifact that gives the labels")] = SHIPPED,
    sample: Annotated[
        str | None, typer.Option(help="labelled reviews, to measure how sure a label must be; needs the engines here")
    ] = None,
    stack_name: StackName = STACK,
) -> None:
    """Split an input into shards, upload it and the code, and write a manifest; its address is the last line."""
    with cloud.told():
        aws = open_aws()
        where = stack.find(aws, stack_name)
        columns = Columns(text_column, id_column, language_column)
        sources = inputs.find(input, columns)
        codes = settings.languages(languages)
        asked = with_bar(Settings(input, "", columns, codes, engines, task), sample, print)
        options = {
            "columns": columns._asdict(), "languages": list(codes), "engines": engines,
            "task": task, "chunk_rows": settings.CHUNK_ROWS, "bar": asked.bar,
        }  # fmt: skip
        plan = planning.make(aws, where.bucket, sources, options, rows_a_shard)
        _tell(plan, where)


def _tell(plan: planning.Plan, where: stack.Stack) -> None:
    made = plan.manifest
    equal = sum(source.duplicate_of is not None for source in made.sources)
    twice = f", {equal} of them equal to another and not read twice" if equal else ""
    print(f"{made.rows:,} rows of {len(made.sources):,} sources{twice}, in {len(made.shards):,} shards.")
    known = prices.load()
    load = costs.Load(made.rows, len(made.shards), costs.ROWS_PER_SECOND, costs.VCPUS)
    bill = costs.quote(load, known.of(where.families))
    print(f"About ${bill.dollars:.2f} on spot machines, ${bill.on_demand_dollars:.2f} on demand; `cost` tells more.")
    print(plan.saved.url)
