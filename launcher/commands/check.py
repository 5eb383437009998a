"""`python -m launcher check`: whether a project will run elsewhere, before anything is paid.

Exits with 0 when all is well, else 2. Left out: the looking (`check`).
"""

import json
import os
from dataclasses import asdict
from typing import Annotated

import typer

from .. import codes, options
from ..check import Limits
from ..check import check as look
from ..progress import Progress
from .shared import told


def command(
    project: Annotated[str, typer.Argument(help="the project's folder")],
    input: Annotated[str | None, typer.Option("--input", "-i", help="its smallest file is the sample")] = None,  # noqa: A002
    sample: Annotated[str | None, typer.Option(help="a file or a folder to try it on instead")] = None,
    entry: Annotated[str | None, typer.Option(help="the script, where its name does not tell")] = None,
    python: Annotated[str | None, typer.Option(help="3.11, 3.12 or 3.13", show_default="3.12")] = None,
    env: Annotated[list[str] | None, typer.Option(help="NAME=value for the script; may be said again")] = None,
    allow_secret: Annotated[
        list[str] | None, typer.Option(help="a file to send although it looks like a secret")
    ] = None,
    sample_seconds: Annotated[
        float, typer.Option(min=1, help="the longest that the sample may take")
    ] = Limits.sample_s,
    grace_seconds: Annotated[float, typer.Option(min=0.1, help="the longest that ending may take")] = Limits.grace_s,
    as_json: Annotated[bool, typer.Option("--json", help="a list of findings for a program")] = False,
) -> None:
    """Find out whether a project will run, before anything is paid."""
    given = {
        "input": input,
        "sample": sample,
        "entry": entry,
        "python": python,
        "env": env,
        "allow_secrets": allow_secret,
    }
    limits = Limits(sample_s=sample_seconds, grace_s=grace_seconds)
    with told(), Progress() as progress:
        findings = look(options.read(project, given, os.environ), os.environ, progress.now, limits)
    if as_json:
        print(json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=1))
    else:
        for one in findings:
            print(f"{'ok  ' if one.ok else 'FAIL'}  {one.what}")
            if one.fix:
                print(f"      {'hint' if one.ok else 'fix'}: {one.fix}")
    raise SystemExit(codes.DONE if all(one.ok for one in findings) else codes.WRONG)
