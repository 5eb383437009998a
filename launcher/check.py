"""Whether a project will run elsewhere, found out here before anything is paid: each failure one sentence with its fix.

    folder ─► entry, files, secrets ─► environment ─► -i and -o ─► a sample, what it writes ─► SIGTERM

What stands later needs what stands before, so a failure may end the list. Left out: prices (`quote`).
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from . import environments, folders
from .errors import CheckError, LauncherError
from .options import Options
from .project import Input, Project, scan, scan_input
from .trial import Ended, Trial
from .upload import show_bytes

HELP_S, SAMPLE_S, GRACE_S = 60.0, 120.0, 20.0
MOST_BYTES = 100_000_000
"""The largest sample that is taken unasked."""
_REFUSED = re.compile(
    r"unrecognized arguments|no such option|the following arguments are required|got unexpected", re.IGNORECASE
)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and the fix where it is not `ok`, else a hint or nothing."""

    ok: bool
    what: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.what}{': ' + self.fix if self.fix else ''}"


@dataclass(frozen=True)
class Limits:
    """Seconds that asking for --help, the sample, and the ending after SIGTERM may take."""

    help_s: float = HELP_S
    sample_s: float = SAMPLE_S
    grace_s: float = GRACE_S


def check(
    options: Options, environ: Mapping[str, str], say: Callable[[str], None], limits: Limits = Limits()
) -> list[Finding]:
    """Look at everything in turn, until something fails that the rest needs."""
    with tempfile.TemporaryDirectory(prefix="launcher-check-", ignore_cleanup_errors=True) as folder:
        return list(_looks(options, environ, say, limits, folder))


def demand(options: Options, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Look at everything before anything is paid.

    Raises: CheckError, with each failure and its fix.
    """
    if failed := [str(one) for one in check(options, environ, say) if not one.ok]:
        raise CheckError(failed)


def _looks(
    options: Options, environ: Mapping[str, str], say: Callable[[str], None], limits: Limits, folder: str
) -> Iterator[Finding]:
    try:
        project = scan(options.project, options.allow_secrets, options.entry, options.python)
        yield Finding(True, f"the script is {project.entry}; {_count(project)}")
        data = scan_input(options.input, options.allow_secrets) if options.input else None
        cache = folders.cache(environ)
        environment = environments.ready(project.requirements, options.python, cache, environ, say)
    except LauncherError as error:
        yield Finding(False, error.message, error.fix)
        return
    made = "were installed" if environment.made else "are installed"
    yield Finding(True, f"the requirements {made} in an environment of Python {environment.version}")
    trial = Trial(folder, project, environment.python, environ, options.env)
    say(f"asking {project.entry} for --help")
    takes = _takes_options(project, trial.ask(["--help"], limits.help_s))
    yield takes
    sample = _sample(options, data)
    if not takes.ok:
        return
    if isinstance(sample, Finding):
        yield sample
        return
    yield from _on_sample(trial, sample, say, limits)


def _takes_options(project: Project, ended: Ended) -> Finding:
    """--help names -i and -o; a script without --help is judged by its sample."""
    fix = 'add to its argparse parser: add_argument("-i", "--input") and add_argument("-o", "--output")'
    if ended.code is None:
        return Finding(
            False, f"{project.entry} --help does not end", 'start the work below `if __name__ == "__main__":`'
        )
    if ended.code == 0 and (
        lacks := [name for name in ("-i", "-o") if not re.search(rf"(?<![\w-]){name}\b", ended.said)]
    ):
        return Finding(False, f"{project.entry} --help does not name {' and '.join(lacks)}", fix)
    if ended.code == 0:
        return Finding(True, f"{project.entry} takes -i and -o")
    return Finding(False, f"{project.entry} --help ends with {ended.code}: {_last(ended)}", f"mend that, or {fix}")


@dataclass(frozen=True)
class _Sample:
    path: str
    is_file: bool
    shown: str


def _sample(options: Options, data: Input | None) -> "_Sample | Finding":
    """What was named, else the smallest file of the input that is not empty, in a folder of its own."""
    if options.sample:
        if not os.path.exists(options.sample):
            return Finding(False, f"the sample {options.sample} is not there", "name a file or a folder with --sample")
        alone = data.is_file if data else os.path.isfile(options.sample)
        return _Sample(options.sample, alone, os.path.basename(options.sample))
    if data is None or not data.files:
        return Finding(True, "not tried on a sample", "name data with -i, or --sample FILE, to have it tried")
    smallest = min(data.files, key=lambda file: (file.size_bytes == 0, file.size_bytes))
    if smallest.size_bytes > MOST_BYTES:
        size = show_bytes(smallest.size_bytes)
        return Finding(True, f"not tried: the smallest file has {size}", "name a smaller one with --sample")
    return _Sample(os.path.join(data.root, smallest.path), data.is_file, smallest.path)


def _on_sample(trial: Trial, sample: _Sample, say: Callable[[str], None], limits: Limits) -> Iterator[Finding]:
    say(f"running it on {sample.shown}")
    ended = trial.on_sample(sample.path, is_file=sample.is_file, limit_s=limits.sample_s)
    ran = _ran(ended, sample, limits)
    yield ran
    if not ran.ok:
        return
    yield _kept_to_output(ended)
    say("sending it SIGTERM")
    told = trial.told_to_end(
        sample.path, is_file=sample.is_file, after_s=min(1.0, ended.took_s / 2), grace_s=limits.grace_s
    )
    yield _obeyed(told, limits)


def _ran(ended: Ended, sample: _Sample, limits: Limits) -> Finding:
    if ended.code is None:
        return Finding(
            False, f"it had not ended on {sample.shown} after {limits.sample_s:g} s", "name a smaller one with --sample"
        )
    if ended.code and _REFUSED.search(ended.said):
        return Finding(
            False, f"it does not take -i and -o: {_last(ended)}", "let -i INPUT -o OUTPUT be enough to run it"
        )
    if ended.code:
        return Finding(
            False, f"it ended with {ended.code} on {sample.shown}: {_last(ended)}",
            "mend it, or name a sample that it can work on with --sample",
        )  # fmt: skip
    if not ended.outputs:
        return Finding(
            False, f"it wrote nothing below -o from {sample.shown}", "write the results below the folder of -o"
        )
    return Finding(
        True, f"it ran on {sample.shown} in {ended.took_s:.1f} s and wrote {_listed(ended.outputs)} below -o"
    )


def _kept_to_output(ended: Ended) -> Finding:
    if ended.elsewhere:
        return Finding(
            False, f"the script writes outside -o, where it is lost: {_listed(ended.elsewhere)}",
            "write results below -o, and what is passing below tempfile.gettempdir()",
        )  # fmt: skip
    hint = f"{_listed(ended.left_in_tmp)} stays in the temporary folder, which is emptied" if ended.left_in_tmp else ""
    return Finding(True, "it writes nowhere but below -o", hint)


def _obeyed(told: Ended, limits: Limits) -> Finding:
    if told.code is None:
        return Finding(
            False, f"it had not ended {limits.grace_s:g} s after SIGTERM, and would be killed while it writes",
            "let SIGTERM end it: signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))",
        )  # fmt: skip
    return Finding(True, f"it ends {told.took_s:.1f} s after SIGTERM")


def _count(project: Project) -> str:
    count = len(project.files)
    return f"{count:,} file{'s' * (count != 1)}, {show_bytes(project.size_bytes)}"


def _last(ended: Ended) -> str:
    lines = [line.strip() for line in ended.said.splitlines() if line.strip()]
    return (lines or ["it said nothing"])[-1][:200]


def _listed(paths: tuple[str, ...]) -> str:
    shown = ", ".join(paths[:3])
    return shown + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
