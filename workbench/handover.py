"""Extracts and media models that one job hands to the next, by way of the bucket of outputs.

    extracts/<key>/data.parquet, provenance.json    as `select` wrote them, the provenance last
    models/<task>.zip                               a media model as one object, so never in halves

What is here already is not fetched. What is fetched is checked by who reads it, by its SHA-256 (`extracts.load`,
`tabular_file.read`). Left out: the pairs of text models, reports and settings (`container`).
"""

import io
import os
import re
import zipfile
from collections.abc import Iterable

from . import extracts, tabular_file
from .bucket import Bucket
from .errors import SourceError, StorageError

EXTRACTS, MODELS, JOBS = "extracts", "models", "jobs"
_KEY = re.compile(r"[0-9a-f]{16}")
_BEGINNING = re.compile(r"[0-9a-f]{1,16}")
_MADE = "`select SOURCE --where ...`"
_FILES = (tabular_file.MANIFEST, tabular_file.WEIGHTS)
_FETCHED = ".fetched"
"""Lies beside a media model that was not trained here; training puts another folder in its place."""


def fetch_extract(bucket: Bucket, folder: str, name: str) -> str:
    """The folder of the extract below `folder`/extracts, fetched where it is not there yet.

    `name` is a key or its beginning, a path that ends with a key, or jobs/<job>: what that job wrote last.
    Raises: SourceError where the bucket has none, or several; UnreachableError; StorageError.
    """
    found = _of_job(bucket, name) if name.startswith(f"{JOBS}/") else _of_name(bucket, name)
    if len(found) != 1:
        expected = f"an extract here, or below s3://{bucket.name}/{EXTRACTS}/, which {_MADE} in a job makes"
        raise SourceError(name, expected, f"{len(found)} that begin so" if found else "none")
    place = os.path.join(folder, EXTRACTS, found[0])
    if not os.path.exists(os.path.join(place, extracts.PROVENANCE)):
        with extracts.beside(place) as work:
            for file in (extracts.DATA, extracts.PROVENANCE):
                bucket.copy(f"{EXTRACTS}/{found[0]}/{file}", os.path.join(work, file))
            _check(work, f"s3://{bucket.name}/{EXTRACTS}/{found[0]}/")
    return place


def put_extracts(bucket: Bucket, folder: str, before: Iterable[str] = ()) -> list[str]:
    """The extracts below `folder` that are not among the keys `before`, put where they are not yet; their keys.

    Raises: SourceError; UnreachableError; StorageError.
    """
    put = []
    for key in sorted(kept(folder) - set(before)):
        made = extracts.load(os.path.join(folder, EXTRACTS, key))
        said = {"sha256": str(made.provenance["sha256"])}
        names = {f"{EXTRACTS}/{key}/{file}": file for file in (extracts.DATA, extracts.PROVENANCE)}
        if any(bucket.told_of(name) != said for name in names):  # so what was cut off, or spoilt, is put again
            for name, file in names.items():
                bucket.put(name, os.path.join(folder, EXTRACTS, key, file), said)
            put.append(key)
    return put


def kept(folder: str) -> set[str]:
    """The keys of the extracts below a folder."""
    place = os.path.join(folder, EXTRACTS)
    return {name for name in (os.listdir(place) if os.path.isdir(place) else []) if _KEY.fullmatch(name)}


def fetch_model(bucket: Bucket, folder: str, task: str) -> None:
    """A task's media model below `folder`/models, as the bucket has it now, unless one was trained there.

    Raises: SourceError for what is no model; UnreachableError; StorageError.
    """
    place, key = os.path.join(folder, MODELS, task), f"{MODELS}/{task}.zip"
    if os.path.isdir(place) and not os.path.exists(os.path.join(place, _FETCHED)):
        return
    try:
        content = bucket.content(key)
    except FileNotFoundError:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in _FILES}
    except (zipfile.BadZipFile, KeyError) as error:
        raise SourceError(f"s3://{bucket.name}/{key}", f"a ZIP file with {' and '.join(_FILES)}", str(error)) from error
    try:
        tabular_file.publish(place, {**files, _FETCHED: b""})
    except OSError as error:
        raise StorageError(place, error.strerror or str(error)) from error


def models(folder: str) -> dict[str, bytes]:
    """Each media model that was trained below a folder, as a ZIP file, the same for the same model."""
    place, found = os.path.join(folder, MODELS), {}
    for task in sorted(os.listdir(place) if os.path.isdir(place) else []):
        names = os.listdir(os.path.join(place, task))
        if set(_FILES) <= set(names) and _FETCHED not in names:
            found[task] = _packed(os.path.join(place, task))
    return found


def _of_name(bucket: Bucket, name: str) -> list[str]:
    """The keys of whole extracts in the bucket that begin so."""
    last = os.path.basename(name.rstrip("/"))
    if not (_KEY if last != name else _BEGINNING).fullmatch(last):
        return []
    there = bucket.etags(f"{EXTRACTS}/{last}")
    return sorted(key.split("/")[1] for key in there if key.endswith(f"/{extracts.PROVENANCE}"))


def _of_job(bucket: Bucket, name: str) -> list[str]:
    """The key of the extract whose provenance a job has left, the newest where it was tried twice."""
    written = bucket.times(f"{name.rstrip('/')}/{EXTRACTS}/")
    told = [key for key in written if key.endswith(f"/{extracts.PROVENANCE}")]
    return _of_name(bucket, max(told, key=lambda key: written[key]).split("/")[-2]) if told else []


def _packed(folder: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in _FILES:
            with open(os.path.join(folder, name), "rb") as file:
                archive.writestr(zipfile.ZipInfo(name), file.read(), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _check(folder: str, place: str) -> None:
    """Raises: SourceError where the data are not those of their provenance."""
    try:
        extracts.load(folder)
    except SourceError as error:
        raise SourceError(place, error.expected, f"{error.found}; {_MADE} in a job puts it right") from error
