"""Plans in the bucket: what is below plans/<plan>/ and who reads it.

    plans/<plan>/manifest.json        the whole plan
    plans/<plan>/only-<hash>.json     some shards of it, for a later job
    plans/<plan>/jobs/<job>.json      a job that does it: which manifest, which queue, from which job its shards came
    plans/<plan>/moved/<job>-<pile>   that its failed shards were sent elsewhere, so that nobody sends them twice
    code/<sha256>.zip                 what runs, the same for plans of the same code
    inputs/<source id>/<name>         inputs that were on this machine

Left out: making a plan (`planning`) and what is in a manifest (`manifest`).
"""

import json
from typing import Any, NamedTuple

from .. import manifest
from ..errors import ManifestError
from ..manifest import Code, Manifest
from . import storage
from .door import Aws


class Saved(NamedTuple):
    """A manifest's address and hash, which is all that a job is told."""

    url: str
    sha256: str

    @property
    def environment(self) -> dict[str, str]:
        return {"UNDERTONE_MANIFEST": self.url, "UNDERTONE_MANIFEST_SHA256": self.sha256}


class Note(NamedTuple):
    """A job of a plan; `origin` is the job whose shards it does again."""

    job: str
    manifest: str
    manifest_sha256: str
    spot: bool
    origin: str | None
    shards: tuple[int, ...]


def save_code(aws: Aws, bucket: str, archive: bytes) -> Code:
    """Raises: AwsError."""
    found = manifest.digest(archive)
    url = f"s3://{bucket}/code/{found}.zip"
    if not storage.has(aws, url):
        storage.put(aws, url, archive, "application/gzip")
    return Code(url, found, len(archive))


def save(aws: Aws, bucket: str, plan: Manifest, *, part: bool = False) -> Saved:
    """Raises: AwsError."""
    document = manifest.to_json(plan)
    digest = manifest.digest(document)
    name = f"only-{digest[:16]}.json" if part else "manifest.json"
    url = f"s3://{bucket}/plans/{plan.plan}/{name}"
    storage.put(aws, url, document)
    return Saved(url, digest)


def load(aws: Aws, saved: Saved) -> Manifest:
    """Raises: ManifestError where it is not what was saved; AwsError."""
    document = storage.get(aws, saved.url)
    if manifest.digest(document) != saved.sha256:
        raise ManifestError(saved.url, "its SHA-256 is not the one that was planned")
    return manifest.from_json(document, saved.url)


def open_plan(aws: Aws, url: str) -> tuple[Saved, Manifest]:
    """A manifest by its address alone, as a person gives it.

    Raises: ManifestError; AwsError.
    """
    document = storage.get(aws, url)
    return Saved(url, manifest.digest(document)), manifest.from_json(document, url)


def note(aws: Aws, made: Note) -> None:
    """Write down a job beside its plan.

    Raises: AwsError.
    """
    storage.put(aws, f"{_folder(made.manifest)}/jobs/{made.job}.json", json.dumps(made._asdict()).encode())


def notes(aws: Aws, manifest_url: str) -> list[Note]:
    """The jobs of a plan.

    Raises: AwsError.
    """
    found = (json.loads(storage.get(aws, url)) for url in storage.keys(aws, f"{_folder(manifest_url)}/jobs/"))
    return [_note(entry) for entry in found]


def claim(aws: Aws, manifest_url: str, origin: str, pile: str) -> bool:
    """Whether nobody has sent this job's shards elsewhere yet; from now on somebody has.

    Raises: AwsError.
    """
    return storage.put_new(aws, _claimed(manifest_url, origin, pile), b"")


def release(aws: Aws, manifest_url: str, origin: str, pile: str) -> None:
    """Give a claim back, as sending failed.

    Raises: AwsError.
    """
    storage.remove(aws, _claimed(manifest_url, origin, pile))


def _claimed(manifest_url: str, origin: str, pile: str) -> str:
    return f"{_folder(manifest_url)}/moved/{origin}-{pile}"


def _note(entry: dict[str, Any]) -> Note:
    return Note(**{**entry, "shards": tuple(entry["shards"])})


def _folder(manifest_url: str) -> str:
    return manifest_url.rpartition("/")[0]
