"""`python -m batch shard`: what a container does, the rows of one shard, by the manifest that `fetch` has checked.

The place of the shard is AWS_BATCH_JOB_ARRAY_INDEX, which a job of one shard does not have.
Exits as `codes` has it; a shard whose rows are not those that were counted fails. Left out: the work (`run`).
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from store.errors import StoreError
from textmodel import ArtifactError

from .. import codes, manifest, reading
from ..dealing import Piece, Row
from ..errors import BatchError, ManifestError
from ..manifest import Manifest, Shard
from ..progress import Progress
from ..records import Columns, Place, Source
from ..run import Outcome, Read, run
from ..settings import Settings
from ..stopping import Stop, listening


def command(
    manifest_file: Annotated[Path, typer.Option(envvar="UNDERTONE_MANIFEST_FILE", help="as fetched")],
    store: Annotated[str, typer.Option(envvar="UNDERTONE_STORE", help="postgresql://...")],
    place: Annotated[int, typer.Option(envvar="AWS_BATCH_JOB_ARRAY_INDEX", min=0, help="among the shards")] = 0,
    processes: Annotated[int, typer.Option(envvar="UNDERTONE_PROCESSES", min=0, help="0 is one for each core")] = 0,
) -> None:
    """Do one shard of a plan; what is done already is skipped."""
    with listening() as stop:
        code = _run(manifest_file, store, place, processes, stop)
    sys.stdout.flush()
    raise SystemExit(code)


def _run(file: Path, store: str, place: int, processes: int, stop: Stop) -> int:
    try:
        plan = manifest.from_json(file.read_bytes(), str(file))
        shard = _shard(plan, place, file)
        asked = _settings(plan, store, processes)
        with Progress() as progress:
            outcome = run(asked, progress, stop, pieces=pieces(plan, shard), read=reader(plan, shard))
    except (BatchError, StoreError, ArtifactError) as error:
        print(f"batch: {error}", file=sys.stderr)
        return codes.of(error)
    except OSError as error:
        print(f"batch: {error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        return codes.FAILED
    wrong = [] if outcome.rows_in >= shard.rows else [f"{outcome.rows_in:,} rows in, {shard.rows:,} were planned"]
    _tell(shard, outcome, wrong)
    return stop.code or (codes.FAILED if outcome.missing or wrong else codes.DONE)


def pieces(plan: Manifest, shard: Shard) -> list[Piece]:
    """What `run` takes."""
    return [Piece(plan.sources[piece.source].source, piece.first, piece.past) for piece in shard.pieces]


def reader(plan: Manifest, shard: Shard) -> Read:
    """Begins at the byte that the manifest has, where it has one."""
    places = {(plan.sources[p.source].path, p.first): Place(p.first, p.line, p.first_byte or 0) for p in shard.pieces}

    def read(source: Source, columns: Columns, first: int, past: int | None) -> Iterator[Row]:
        known = [place for (path, number), place in places.items() if path == source.path and number <= first]
        return reading.read(source, columns, first, past, max(known, default=None))

    return read


def _shard(plan: Manifest, place: int, file: Path) -> Shard:
    if place >= len(plan.shards):
        raise ManifestError(str(file), f"it has {len(plan.shards)} shards, none at place {place}")
    return plan.shards[place]


def _settings(plan: Manifest, store: str, processes: int) -> Settings:
    known = plan.options
    return Settings(
        "", store, Columns(**known["columns"]), tuple(known["languages"]), known["engines"], known["task"],
        processes=processes, chunk_rows=known["chunk_rows"], bar=known["bar"],
    )  # fmt: skip


def _tell(shard: Shard, outcome: Outcome, wrong: list[str]) -> None:
    """One line of JSON for the log, and what is missing."""
    told = {
        "shard": shard.number, "rows_in": outcome.rows_in, "stored": outcome.stored, "rejected": outcome.rejected,
        "done": outcome.done, "skipped": outcome.skipped, "seconds": round(outcome.seconds, 2),
        "stopped": outcome.stopped,
    }  # fmt: skip
    print(json.dumps(told), flush=True)
    if not outcome.stopped:
        for line in (*outcome.missing, *wrong):
            print(f"batch: {line}", file=sys.stderr)
