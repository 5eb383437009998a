"""A whole run on AWS, on this machine: plan, submit, watch, move, status, cost, against moto and the engine.

The job is the real one, in processes; the database is real; only AWS is not. Left out: the table's words (`table`),
what goes wrong (`faults`).
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from sqlalchemy import select

from store.database import Database, open_database
from store.reviews import Counts, Reviews
from store.tables import PIPELINE

from .. import costs, inputs, manifest, planning, prices, settings
from ..aws import moving, plans, stack, watching
from ..aws.door import Aws
from ..aws.plans import Note
from ..aws.stack import Stack
from ..aws.watching import State
from ..costs import Spent
from ..errors import RehearsalError
from ..planning import Plan
from ..records import Columns
from . import engine, faults, moto, server
from . import inputs as generated
from .attempts import Run
from .engine import Engine
from .faults import Fault
from .inputs import Expected
from .server import Front
from .table import Line, attempts

REGION = "eu-west-1"
LISTS = {"SubnetCidrs": "10.70.0.0/20,10.70.16.0/20,10.70.32.0/20", "InstanceFamilies": "c6i,c6a,c5,m6i,m6a,m5"}
"""moto splits a list that is given, and not one that is a default."""
_LOOK_S = 0.2
_AGAIN = (0,)
"""Shards that are submitted once more after all was done."""
Tell = Callable[[str], None]


class Asked(NamedTuple):
    """What is rehearsed; `store` None is a SQLite file that is thrown away."""

    rows: int = 1200
    store: str | None = None
    engines: str = "auto"
    slots: int = 2


def rehearse(asked: Asked, tell: Tell) -> list[Line]:
    """The table.

    Raises: RehearsalError; BatchError; StoreError.
    """
    with tempfile.TemporaryDirectory(prefix="undertone-rehearsal-") as folder, moto.serving() as place:
        front = Front(place)
        with server.serving(front) as url, open_database(asked.store or f"{folder}/reviews.db") as database:
            _empty(database)
            aws = Aws(_Session(url))
            store = asked.store or f"{folder}/reviews.db"
            secret = aws.call("secretsmanager", "create_secret", Name="database", SecretString=store)["ARN"]
            tell("A moto server is up; the template is deployed into it.")
            moto.deploy(aws, stack.NAME, {"DatabaseSecretArn": secret, **LISTS})
            where = stack.find(aws)
            with _engine(aws, where, url, asked) as batch:
                front.engine = batch
                lines = _scenes(aws, where, Path(folder), asked, database, batch, tell)
            if batch.errors:
                raise RehearsalError(f"an attempt could not be run: {batch.errors[0]}") from batch.errors[0]
            return [*lines, *_throttled(front)]


def _scenes(
    aws: Aws, where: Stack, folder: Path, asked: Asked, database: Database, batch: Engine, tell: Tell
) -> list[Line]:
    source = folder / "input"
    source.mkdir()
    expected = generated.write(source, asked.rows)
    plan = _plan(aws, where, source, expected, asked)
    tell(f"{plan.manifest.rows:,} rows in {len(plan.manifest.shards)} shards are submitted.")
    moving.begin(aws, where, plan.manifest, plan.saved)
    state = watching.watch(aws, where, plan.saved.url, _teller(tell), _LOOK_S)
    lines = [*_rows(database, expected), *attempts(state), *_moved(state), _cost(state, where, batch)]
    tell("A shard of it again: nothing may change.")
    again = _again(aws, where, plan)
    lines.append(Line("rows after doing a shard again", _told(expected), _counted(database)))
    lines.append(Line("shards done a second time", str(sorted(_AGAIN)), str(sorted(again.done))))
    tell("A plan whose code is not what was planned: a bug, never tried again.")
    return [*lines, _bug(aws, where, plan)]


def _plan(aws: Aws, where: Stack, source: Path, expected: Expected, asked: Asked) -> Plan:
    columns = Columns()
    options = {
        "columns": columns._asdict(), "languages": list(settings.LANGUAGES), "engines": asked.engines,
        "task": settings.SHIPPED, "chunk_rows": max(5, asked.rows // 40), "bar": None,
    }  # fmt: skip
    a_shard = -(-expected.rows // faults.LEAST_SHARDS)
    plan = planning.make(aws, where.bucket, inputs.find(str(source), columns), options, a_shard)
    if len(plan.manifest.shards) < faults.LEAST_SHARDS:
        raise RehearsalError(f"{asked.rows} rows are too few for {faults.LEAST_SHARDS} shards")
    return plan


def _again(aws: Aws, where: Stack, plan: Plan) -> State:
    again = plan.manifest._replace(plan=f"{plan.manifest.plan}-again").only(_AGAIN)
    saved = plans.save(aws, where.bucket, again)
    moving.begin(aws, where, again, saved)
    return watching.watch(aws, where, saved.url, _quiet, _LOOK_S)


def _bug(aws: Aws, where: Stack, plan: Plan) -> Line:
    """One shard with code that was changed after it was planned."""
    wrong = plan.manifest.code._replace(sha256=manifest.digest(b"other code"))
    broken = plan.manifest._replace(plan=f"{plan.manifest.plan}-bug", code=wrong).only([faults.LEAST_SHARDS - 1])
    saved = plans.save(aws, where.bucket, broken)
    moving.begin(aws, where, broken, saved)
    state = watching.watch(aws, where, saved.url, _quiet, _LOOK_S)
    ends = [str(attempt.ending.exit_code) for known in state.jobs for c in known.children for attempt in c.attempts]
    return Line("attempts of a bug", "2; moved: 0", f"{', '.join(ends)}; moved: {len(state.jobs) - 1}")


def _rows(database: Database, expected: Expected) -> list[Line]:
    return [Line("rows in = stored + rejected, distinct", _told(expected), _counted(database))]


def _told(expected: Expected) -> str:
    stored = expected.rows - expected.rejected
    return f"{expected.rows:,} = {stored:,} + {expected.rejected:,}, {expected.distinct:,}"


def _counted(database: Database) -> str:
    found = [Reviews(database, version).counts() for version in _pipelines(database)]
    one = found[0] if len(found) == 1 else Counts(0, 0, 0, 0)
    return f"{one.rows_in:,} = {one.stored:,} + {one.rejected:,}, {one.distinct:,}"


def _moved(state: State) -> list[Line]:
    lost = sum(fault is not Fault.UNREACHABLE for fault in faults.PLAN.values())
    on_demand = [number for known in state.jobs if not known.note.spot for number in known.note.shards]
    wanted = [s.number for s in state.plan.shards if faults.expected(s.number, spot=True)[-1] != "0"]
    return [
        Line("machines lost", str(lost), str(sum(known.standing.lost for known in state.jobs))),
        Line("shards sent to on demand", str(wanted), str(on_demand)),
        Line("shards done", str(len(state.plan.shards)), str(len(state.done))),
    ]


def _cost(state: State, where: Stack, batch: Engine) -> Line:
    """What the command would tell, against what the engine itself has run."""
    rates = prices.load().of(where.families)
    ran = [Spent((run.stopped_ms - run.started_ms) / 1000, costs.VCPUS, spot) for spot, run in batch.runs]
    told = [
        Spent(attempt.seconds, child.vcpus, known.note.spot)
        for known in state.jobs for child in known.children for attempt in child.attempts
    ]  # fmt: skip
    wanted, found = costs.receipt(ran, rates), costs.receipt(told, rates)
    return Line("dollars (all on demand)", *(f"{b.dollars:.6f} ({b.on_demand_dollars:.6f})" for b in (wanted, found)))


def _throttled(front: Front) -> list[Line]:
    refused = {kind: front.refused[kind] for kind in server.THROTTLED}
    return [Line("calls throttled, none lost", str(sum(server.THROTTLED.values())), str(sum(refused.values())))]


@contextmanager
def _engine(aws: Aws, where: Stack, url: str, asked: Asked) -> Iterator[Engine]:
    definition = aws.call("batch", "describe_job_definitions", jobDefinitions=[where.job_definition])
    found: Mapping[str, Any] = definition["jobDefinitions"][0]
    secrets = {
        entry["name"]: aws.call("secretsmanager", "get_secret_value", SecretId=entry["valueFrom"])["SecretString"]
        for entry in found["containerProperties"]["secrets"]
    }
    shards = _Shards(aws)

    def befalls(request: Mapping[str, Any], place: int, number: int) -> Fault | None:
        plan, shard = shards.of(request, place)
        return faults.PLAN.get(engine.key(request, shard, number)) if "-" not in plan[16:] else None

    def tell(request: Mapping[str, Any], place: int, number: int) -> Mapping[str, str]:
        away = befalls(request, place, number) is Fault.UNREACHABLE
        access = {**_CREDENTIALS, **({"AWS_ACCESS_KEY_ID": server.UNREACHABLE} if away else {})}
        return {**access, "AWS_ENDPOINT_URL": url, "UNDERTONE_PROCESSES": "1", **secrets, **engine.told(request)}

    def write(_request: Mapping[str, Any], stream: str, done: Run) -> None:
        lines = [{"timestamp": done.stopped_ms, "message": line or " "} for line in done.output.splitlines()]
        aws.call("logs", "create_log_stream", logGroupName=where.log_group, logStreamName=stream)
        if lines:
            aws.call("logs", "put_log_events", logGroupName=where.log_group, logStreamName=stream, logEvents=lines)

    made = Engine(found, tell, befalls, write, asked.slots)
    try:
        yield made
    finally:
        made.close()


_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "rehearsal", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": REGION}


class _Shards:
    """Which shard of which plan a child is, by the manifest that its job was told."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._known: dict[str, manifest.Manifest] = {}

    def of(self, request: Mapping[str, Any], place: int) -> tuple[str, int]:
        url = engine.told(request)["UNDERTONE_MANIFEST"]
        if url not in self._known:
            self._known[url] = plans.open_plan(self._aws, url)[1]
        return self._known[url].plan, self._known[url].shards[place].number


class _Session:
    """A session of boto3 whose clients all speak to one endpoint."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = boto3.Session("rehearsal", "none", region_name=REGION)

    def client(self, service_name: str, *, config: Any) -> Any:
        return self._session.client(service_name, config=config, endpoint_url=self._url)


def _pipelines(database: Database) -> list[str]:
    return database.run(lambda connection: list(connection.execute(select(PIPELINE.c.pipeline)).scalars()))


def _empty(database: Database) -> None:
    if _pipelines(database):
        raise RehearsalError(f"{database.where} holds reviews; a rehearsal needs a database of its own")


def _teller(tell: Tell) -> Callable[[State, Sequence[Note]], None]:
    last = [""]

    def say(state: State, moved: Sequence[Note]) -> None:
        line = f"{len(state.done)} of {len(state.plan.shards)} shards done"
        if line != last[0]:
            last[0] = line
            tell(line)
        for note in moved:
            tell(f"{len(note.shards)} shards were sent {'to spot' if note.spot else 'to on demand'}.")

    return say


def _quiet(_state: State, _moved: Sequence[Note]) -> None:
    """Nothing."""
