"""What `run` may be told on the command line, an option each; None is what was not said, and `options` then decides.

Left out: defaults and checks (`options`).
"""

from typing import Annotated

import typer

from ..flow import Choice

Project = Annotated[str, typer.Argument(help="a folder with a script that takes -i INPUT -o OUTPUT")]
Input = Annotated[str, typer.Option("--input", "-i", help="a file or a folder")]
Output = Annotated[str, typer.Option("--output", "-o", help="a folder for the results, empty or not there")]
Engine = Annotated[str | None, typer.Option(help="local or aws", show_default="local")]
Vcpus = Annotated[str | None, typer.Option(help="cores", show_default="1")]
MemoryGb = Annotated[str | None, typer.Option(help="gigabytes of memory", show_default="2")]
Gpus = Annotated[str | None, typer.Option(show_default="0")]
Spot = Annotated[bool | None, typer.Option("--spot/--on-demand", help="spot, and on demand when the host is lost")]
Timeout = Annotated[str | None, typer.Option(help="the script is ended after it: 90s, 20m, 2h, 1d", show_default="1h")]
MaxCost = Annotated[str | None, typer.Option(help="dollars; ends the script before it costs more")]
Keep = Annotated[str | None, typer.Option(help="not destroyed: bucket,image,logs,instance:30m")]
Entry = Annotated[str | None, typer.Option(help="the script, where its name does not tell")]
Python = Annotated[str | None, typer.Option(help="3.11, 3.12 or 3.13", show_default="3.12")]
Region = Annotated[str | None, typer.Option(help="of AWS")]
Profile = Annotated[str | None, typer.Option(help="of the AWS CLI")]
Env = Annotated[list[str] | None, typer.Option(help="NAME=value for the script; may be said again")]
AllowSecret = Annotated[list[str] | None, typer.Option(help="a file to send although it looks like a secret")]
Notify = Annotated[str | None, typer.Option(help="a mail address that is told when it ends")]
Replace = Annotated[bool, typer.Option("--replace", help="results may replace files in the folder of -o")]
Fresh = Annotated[bool, typer.Option("--fresh", help="make the environment anew (local)")]
LocalDocker = Annotated[
    bool, typer.Option("--local-docker", help="build the image with Docker here, not with CodeBuild (aws)")
]
Check = Annotated[
    bool | None, typer.Option("--check/--no-check", help="check first; on AWS unless said", show_default=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="print the plan, do nothing")]
OnInterrupt = Annotated[Choice | None, typer.Option(help="the answer to Ctrl-C without a question")]
