"""launcher/check.py and launcher/trial.py: real scripts with one fault each, and the sentence that each gets."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from launcher import options
from launcher.check import Finding, Limits, check
from tests.launcher.local.conftest import ECHO, HERE, Make

Look = Callable[..., list[Finding]]
PARSED = ECHO.partition("given, made")[0]
"""A script that takes -i and -o, and what follows."""


@pytest.fixture
def look(make: Make, environ: dict[str, str]) -> Look:
    """A function: a script's text and more files to the findings on a sample of two files."""

    def found(
        script: str, *, data: bool = True, grace_s: float = 5.0, sample_s: float = 30.0, **files: str
    ) -> list[Finding]:
        project = make("projekt ä", {"main.py": script, **{n.replace("__", "."): t for n, t in files.items()}})
        given = str(make("data", {"große.txt": "a long text", "kleine datei.txt": "x"})) if data else None
        asked = options.read(str(project), {"python": HERE, "input": given}, environ)
        return check(asked, environ, lambda _: None, Limits(20.0, sample_s, grace_s))

    return found


def failures(findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if not one.ok]


def test_a_good_project_passes(look: Look):
    """Entry, requirements, options, sample, what it writes and SIGTERM: six looks, all well."""
    findings = look(ECHO)
    assert failures(findings) == []
    assert len(findings) == 6
    assert "it ran on kleine datei.txt" in findings[3].what


def test_without_data_it_says_what_was_not_tried(look: Look):
    """Without a sample nothing claims that the script runs."""
    findings = look(ECHO, data=False)
    assert findings[-1].what == "not tried on a sample"
    assert "--sample" in findings[-1].fix
    assert not any("SIGTERM" in one.what for one in findings)


@pytest.mark.parametrize(("script", "what", "fix"), [
    (PARSED.replace('"-o", required', '"--out", required'), "does not name -o", "add_argument"),
    ("raise RuntimeError('broken at the top')", "broken at the top", "mend"),
    ("def main(:", "SyntaxError", "mend"),
    (PARSED + "import nowhere_to_be_found", "No module named 'nowhere_to_be_found'", "mend"),
    (PARSED + "sys.exit(4)", "ended with 4 on kleine datei.txt", "--sample"),
    (PARSED, "wrote nothing below -o", "write the results"),
    (ECHO + "open('log.txt', 'w').write('x')", "code/log.txt", "below -o"),
    (ECHO + "(pathlib.Path.home() / 'out.csv').write_text('x')", "home/out.csv", "below -o"),
    (ECHO + "next(given.iterdir()).write_text('changed')", "input/kleine datei.txt", "below -o"),
    (ECHO + "next(given.iterdir()).unlink()", "input/kleine datei.txt", "below -o"),
], ids=lambda value: value[-40:])  # fmt: skip
def test_each_fault_is_one_sentence_with_its_fix(look: Look, script: str, what: str, fix: str):
    """What is wrong is named, once, with what to do."""
    (failure,) = failures(look(script))
    assert what in failure.what
    assert fix in failure.fix
    assert "\n" not in f"{failure}"


def test_a_file_elsewhere_on_the_machine_is_seen(look: Look, tmp_path: Path):
    """A path far from the project is found out by what Python says that it opens, also in a child."""
    far, near = tmp_path / "far.txt", tmp_path / "child.txt"
    child = [sys.executable, "-c", f"open({str(near)!r}, 'w')"]
    (failure,) = failures(look(ECHO + f"import subprocess; open({str(far)!r}, 'w'); subprocess.run({child!r})"))
    assert str(far) in failure.what
    assert str(near) in failure.what


def test_what_passes_may_be_written_to_the_temporary_folder(look: Look):
    """Caches and temporary files are no fault; what stays there is a hint."""
    script = ECHO + "import tempfile; tempfile.mkstemp(); (pathlib.Path.home() / '.cache').mkdir()\n"
    script += "(pathlib.Path.home() / '.cache/font').write_text('x')"
    findings = look(script)
    assert failures(findings) == []
    assert "temporary folder" in findings[4].fix


def test_a_script_that_ignores_sigterm_is_told(look: Look):
    """What does not end after SIGTERM would be killed: said before anybody pays for it."""
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + ECHO + "import time; time.sleep(2)"
    (failure,) = failures(look(deaf, grace_s=0.1))
    assert "after SIGTERM" in failure.what
    assert "signal.signal" in failure.fix


def test_a_sample_that_lasts_too_long_is_told(look: Look):
    """A script that does not end on the sample gets a smaller one."""
    (failure,) = failures(look(ECHO + "import time; time.sleep(600)", sample_s=1.0))
    assert "had not ended on kleine datei.txt" in failure.what


def test_a_project_without_a_script_ends_the_list(make: Make, environ: dict[str, str]):
    """Where there is no entry nothing else can be looked at."""
    asked = options.read(str(make("p", {"notes.txt": ""})), {"python": HERE}, environ)
    (finding,) = check(asked, environ, lambda _: None)
    assert (finding.ok, finding.what) == (False, "no script")


def test_requirements_that_cannot_be_installed_end_the_list(look: Look):
    """A list that pip cannot meet is a failure of the project."""
    findings = look(ECHO, requirements__txt="--no-index\nthere-is-none==9\n")
    assert "cannot be installed" in findings[-1].what
    assert not findings[-1].ok


def test_the_project_itself_is_not_touched(look: Look, tmp_path: Path):
    """Trials run in a copy: the person's folders are as they were."""
    look(ECHO + "open('log.txt', 'w').write('x'); next(given.iterdir()).unlink()")
    assert sorted(p.name for p in tmp_path.glob("*/*")) == ["große.txt", "kleine datei.txt", "main.py"]
