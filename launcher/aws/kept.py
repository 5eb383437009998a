"""What stays of a run on purpose: a note in the bucket, so that a sweep from another machine respects it too.

    kept/<run id>.json   {"run": "20260301-…", "image_key": "9f…", "keep": {"bucket": null, "instance": 1772370000.0}}

Each word of --keep has the moment until which it holds, seconds since 1970, or null for "until somebody removes it".
Left out: what the words keep (`decide`).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..errors import ManifestError
from ..keep import Keep
from ..names import RUN_ID, HomeNames
from .door import Aws
from .kinds import s3

PREFIX = "kept/"


@dataclass(frozen=True)
class Kept:
    """One run's note."""

    run: str
    image_key: str = ""
    until: Mapping[str, float | None] = field(default_factory=dict)

    def holds(self, what: str, now_s: float) -> bool:
        """Whether a word of --keep holds now.

        >>> Kept("r", until={"bucket": None, "instance": 60.0}).holds("instance", 61)
        False
        """
        if what not in self.until:
            return False
        end = self.until[what]
        return end is None or now_s < end


def of(run: str, image_key: str, keep: Iterable[Keep], now_s: float) -> Kept:
    """A note from what was asked at a moment."""
    return Kept(run, image_key, {one.what: None if one.for_s is None else now_s + one.for_s for one in keep})


def key(run: str) -> str:
    return f"{PREFIX}{run}.json"


def save(aws: Aws, home: HomeNames, note: Kept) -> None:
    """Raises: AwsError."""
    body = json.dumps({"run": note.run, "image_key": note.image_key, "keep": dict(note.until)}).encode()
    aws.call("s3", "put_object", Bucket=home.bucket, Key=key(note.run), Body=body, ContentType="application/json")


def load(aws: Aws, home: HomeNames) -> dict[str, Kept]:
    """By run id: every note.

    Raises: ManifestError for one that cannot be read; AwsError.
    """
    return {note.run: note for name in s3.objects(aws, home, PREFIX) if (note := _read(aws, home, name))}


def forget(aws: Aws, home: HomeNames, runs: Iterable[str]) -> None:
    """Raises: AwsError."""
    s3.remove(aws, home, [key(run) for run in runs])


def _read(aws: Aws, home: HomeNames, name: str) -> Kept:
    try:
        plain = json.loads(aws.call("s3", "get_object", Bucket=home.bucket, Key=name)["Body"].read())
        until = {str(what): None if end is None else float(end) for what, end in plain["keep"].items()}
        run = str(plain["run"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(home, name, str(error)) from error
    if not RUN_ID.fullmatch(run) or key(run) != name:
        raise _damaged(home, name, f"it names the run {run!r}")
    return Kept(run, str(plain.get("image_key") or ""), until)


def _damaged(home: HomeNames, name: str, why: str) -> ManifestError:
    return ManifestError(f"s3://{home.bucket}/{name} cannot be read: {why}", "delete it, then repeat the command")
