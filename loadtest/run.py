"""`make loadtest`: a load test from start to verdict, without a person; writes the report, also after Ctrl-C.

Exits with 0; 1 when an objective was missed or nothing was measured; 2 for a wrong setting or target; 130 after
Ctrl-C. Locust and the local Lambda run as processes of their own and end with this one.
Left out: what is sent (`users`), what it means (`summary`, `verdict`), how it looks (`report`, `charts`).
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from . import beside, charts, control, prices, report, rows, settings, summary, verdict
from .processes import Lambda, StartError, last_line, locust, stop
from .progress import Progress
from .settings import Settings
from .summary import Change, Usage
from .usage import Watch

LOOK_S = 1.0


def main(argv: Sequence[str] | None = None) -> int:
    """The whole test; the exit code."""
    asked = settings.parse(argv)
    folder = asked.out / "raw"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with Lambda(asked, folder) if asked.target == "local" else Lambda.elsewhere(asked) as address:
            asked = _fitting(asked, address)
            ran, usage = _measure(asked, address, folder)
    except StartError as error:
        print(f"loadtest: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return _conclude(asked, folder, usage, ran)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _measure(asked: Settings, address: str, folder: Path) -> tuple[int, list[Usage]]:
    """(locust's exit code, or 130 when it was cut short; how busy things were)."""
    usage: list[Usage] = []
    load = locust(asked, address, folder)
    try:
        _watch(asked, load, folder, usage)
    except KeyboardInterrupt:
        print("\nStopping; the report tells what was measured so far.", file=sys.stderr)
        return 130, usage
    finally:
        stop(load)
    if load.returncode:
        print(f"loadtest: locust ended with {load.returncode}: {last_line(folder / 'locust.log')}", file=sys.stderr)
    return load.returncode, usage


def _fitting(asked: Settings, address: str) -> Settings:
    """Steps need a local Lambda whose limits may be changed; elsewhere the load is sent to what there is."""
    if asked.shape:
        return asked
    with suppress(control.ControlError):
        control.limits(settings.address(address))
        return asked._replace(shape="steps")
    print("The target is no local Lambda, so there are no limits to step through: a constant rate.", file=sys.stderr)
    return asked._replace(shape="rate")


def _watch(asked: Settings, load: subprocess.Popen[bytes], folder: Path, usage: list[Usage]) -> None:
    """Until the test ends: how busy things are, and a line of progress."""
    watch, progress = Watch(load.pid), Progress(asked, folder)
    while load.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            load.wait(LOOK_S)
        if load.poll() is None:
            usage.append(watch.look())
            progress.show()
    progress.close()


def _changes(folder: Path) -> list[Change]:
    file = folder / "steps.csv"
    if not file.exists():
        return []
    lines = (line.split(",") for line in file.read_text(encoding="utf-8").splitlines())
    return [Change(float(at), int(limit)) for at, limit in lines]


def _conclude(asked: Settings, folder: Path, usage: list[Usage], ran: int) -> int:
    """Judge, write, tell."""
    found_rows = rows.read(sorted(folder.glob("rows-*.csv")))
    changes = _changes(folder)
    if found_rows and not changes and asked.target == "local":
        changes = [Change(found_rows[0].sent_s, asked.limits[0])]
    rows.write(asked.out / "requests.csv", found_rows)
    found = summary.steps(found_rows, changes, usage)
    durations = [row.duration_ms for row in found_rows if row.duration_ms is not None and row.kind == "answered"]
    needed = verdict.need(asked.want_rps, durations) if durations else None
    said = verdict.sentences(found, asked.goals, needed)
    if found and asked.shape == "ramp":
        said.insert(1, verdict.of_ramp(summary.carried_per_s(found_rows)))
    met = verdict.met(found, asked.goals)
    tables = [report.of_steps(found), report.of_throttles(found), report.of_failures(found)]
    if durations:
        tables.append(report.of_costs(sum(durations) / len(durations), prices.load()))
    if asked.shape in ("steps", "rate") and not asked.retries:
        tables.append(beside.of_steps(found, found_rows))
    tables.append(beside.of_original())
    pictures = charts.draw(found, found_rows, changes)
    facts = [*asked.facts(), ("requests", f"{sum(step.requests for step in found):,}"), ("ended", _ending(ran))]
    passed = None if asked.goals == verdict.Goals() else met
    report.write(asked.out, report.Page("Load test", facts, said, tables, pictures, passed))
    print("\n".join(["", *said, "", f"Report: {asked.out}/report.html, report.md, requests.csv"]))
    return ran if ran == 130 else int(bool(ran) or not met or not found)


def _ending(code: int) -> str:
    when = time.strftime("%Y-%m-%d %H:%M %Z")
    return f"{when}, " + ("stopped by hand" if code == 130 else f"by locust's code {code}" if code else "as planned")


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
