"""The command line of this room: each command is a module beside this one.

Left out: the commands themselves.
"""

import typer

from . import cancel, cost, logs, plan, quality, rehearse, run, shard, status, submit

app = typer.Typer(
    help="Translate and score reviews.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.command("run")(run.command)
app.command("translation-quality")(quality.command)
app.command("plan")(plan.command)
app.command("submit")(submit.command)
app.command("status")(status.command)
app.command("logs")(logs.command)
app.command("cancel")(cancel.command)
app.command("cost")(cost.command)
app.command("shard", hidden=True)(shard.command)
app.command("rehearse")(rehearse.command)


@app.callback()
def main() -> None:
    """Translate and score reviews, here or on AWS Batch."""
