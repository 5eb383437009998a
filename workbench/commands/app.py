"""The command line of this room: each command is a module beside this one.

Left out: the commands themselves.
"""

import typer

from . import catalog, compare, emotion, example, media, runs, select, stats

app = typer.Typer(
    help="Emotion and media classifiers over an operational database, without moving the data.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
app.command("catalog")(catalog.command)
app.command("select")(select.select)
app.add_typer(emotion.app, name="emotion")
app.add_typer(media.app, name="media")
app.command("stats")(stats.command)
app.command("runs")(runs.runs)
app.command("compare")(compare.compare)
app.command("example")(example.command)


@app.callback()
def main() -> None:
    """From data to a validated media classifier: catalog, select, emotion, media, stats, runs, compare."""
