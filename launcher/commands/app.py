"""The command line of this room: each command is a module beside this one.

Left out: the commands themselves.
"""

import typer

from . import bootstrap, check, destroy, fetch, list, logs, quote, run, status, sweep  # noqa: A004

app = typer.Typer(
    help="Run any Python project folder on the machine it needs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("check")(check.command)
app.command("quote")(quote.command)
app.command("quote")(quote.command)
app.command("run")(run.command)
app.command("status")(status.command)
app.command("logs")(logs.command)
app.command("fetch")(fetch.command)
app.command("list")(list.command)
app.command("destroy")(destroy.command)
app.command("sweep")(sweep.command)
app.command("bootstrap")(bootstrap.command)


@app.callback()
def main() -> None:
    """Run any Python project folder on the machine it needs, here or on AWS Batch, with nothing left behind."""
