"""An input to a plan in the bucket: inputs of this machine and the code uploaded, shards counted, one manifest.

Left out: which rows go together (`shards`), what a manifest holds (`manifest`), submitting it (`aws.moving`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from . import archive, manifest, shards
from .aws import plans, storage
from .aws.door import Aws
from .aws.plans import Saved
from .manifest import Manifest, Planned
from .records import Source

ROWS_A_SHARD = 50_000


class Plan(NamedTuple):
    """Where a plan lies, and what it is."""

    saved: Saved
    manifest: Manifest


def make(
    aws: Aws, bucket: str, sources: Sequence[Source], options: dict[str, Any], rows_a_shard: int = ROWS_A_SHARD
) -> Plan:
    """Count first, upload then: what cannot be read leaves nothing behind.

    Raises: PlanError; InputError; InputUnreachable; AwsError.
    """
    planned, split = shards.split(sources, _whole(rows_a_shard, options["chunk_rows"]))
    code = plans.save_code(aws, bucket, archive.pack())
    there = tuple(_there(aws, bucket, source) for source in planned)
    made_at = datetime.now(UTC)
    made = Manifest("", made_at.isoformat(timespec="seconds"), code, options, there, tuple(split))
    name = f"{made_at:%Y%m%d-%H%M%S}-{manifest.digest(manifest.to_json(made))[:6]}"
    made = made._replace(plan=name)
    return Plan(plans.save(aws, bucket, made), made)


def _whole(rows: int, chunk_rows: int) -> int:
    """Rows of whole chunks, so that a shard begins where a chunk does.

    >>> _whole(1_200, 500)
    1500
    """
    return -(-rows // chunk_rows) * chunk_rows


def _there(aws: Aws, bucket: str, source: Planned) -> Planned:
    """The source where shards can read it; an equal one is there already."""
    if source.path.startswith("s3://") or source.duplicate_of is not None:
        return source
    url = f"s3://{bucket}/inputs/{source.source_id}/{source.path.rpartition('/')[2]}"
    if not storage.has(aws, url):
        storage.upload(aws, source.path, url)
    return source._replace(path=url, source_id=storage.identity(aws, url), sha256=source.source_id)
