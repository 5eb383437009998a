"""Amazon S3: a run's folder in the bucket, uploads that never ended, and blobs that no manifest names any more.

Blobs are shared: they go once no folder of a run holds a manifest that names them. Left out: the bucket, which is
`bootstrap`'s.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from ... import blobs, manifest
from ...errors import AwsError
from ...names import HomeNames, RunNames
from ..door import Aws
from .kind import Found, Kind, Stage

_FOLDER = re.compile(r"runs/(\d{8}-\d{6}-[a-z0-9]{4})/")
_MOST_DELETED = 1000
"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html."""


def objects(aws: Aws, home: HomeNames, prefix: str) -> dict[str, int]:
    """Keys and their bytes.

    Raises: AwsError.
    """
    listed = aws.pages("s3", "list_objects_v2", "Contents", Bucket=home.bucket, Prefix=prefix)
    return {one["Key"]: one["Size"] for one in listed}


def folders(aws: Aws, home: HomeNames) -> dict[str, dict[str, int]]:
    """By run id: the keys in its folder and their bytes.

    Raises: AwsError.
    """
    by_run: dict[str, dict[str, int]] = defaultdict(dict)
    for key, size in objects(aws, home, "runs/").items():
        if match := _FOLDER.match(key):
            by_run[match.group(1)][key] = size
    return by_run


def manifests(aws: Aws, home: HomeNames) -> dict[str, manifest.Manifest]:
    """By run id: the manifests there are.

    Raises: ManifestError where one is damaged, since then nobody knows which blobs it needs; AwsError.
    """
    known = folders(aws, home)
    keys = {run: RunNames(run).manifest_key for run in known}
    return {run: manifest_of(aws, home, key) for run, key in keys.items() if key in known[run]}


def manifest_of(aws: Aws, home: HomeNames, key: str) -> manifest.Manifest:
    """Raises: ManifestError; AwsError."""
    return manifest.from_json(aws.call("s3", "get_object", Bucket=home.bucket, Key=key)["Body"].read())


def _find_folders(aws: Aws, home: HomeNames) -> Iterator[Found]:
    for run, keys in sorted(folders(aws, home).items()):
        name = f"s3://{home.bucket}/{RunNames(run).prefix}"
        yield Found("folder", name, run, ("name",), f"{len(keys):,} objects", size_bytes=sum(keys.values()))


def _remove_folder(aws: Aws, home: HomeNames, folder: Found) -> str:
    prefix = folder.name.removeprefix(f"s3://{home.bucket}/")
    return f"{remove(aws, home, objects(aws, home, prefix)):,} objects deleted"


def _orphans(aws: Aws, home: HomeNames) -> dict[str, int]:
    stored = objects(aws, home, blobs.PREFIX)
    if not stored:
        return {}
    needed = {blobs.key(file.sha256) for known in manifests(aws, home).values() for file in known.files}
    return {key: size for key, size in stored.items() if key not in needed}


def _find_orphans(aws: Aws, home: HomeNames) -> Iterator[Found]:
    if keys := _orphans(aws, home):
        name, state = f"s3://{home.bucket}/{blobs.PREFIX}", f"{len(keys):,} that no run needs"
        yield Found("blobs", name, None, ("name",), state, size_bytes=sum(keys.values()))


def _remove_orphans(aws: Aws, home: HomeNames, _found: Found) -> str:
    return f"{remove(aws, home, _orphans(aws, home)):,} objects deleted"


def remove(aws: Aws, home: HomeNames, keys: Iterable[str]) -> int:
    """Deletes objects a thousand at a time; gives how many.

    Raises: AwsError, also where AWS deleted only some.
    """
    wanted = sorted(keys)
    for start in range(0, len(wanted), _MOST_DELETED):
        some = {"Objects": [{"Key": key} for key in wanted[start : start + _MOST_DELETED]], "Quiet": True}
        refused = aws.call("s3", "delete_objects", Bucket=home.bucket, Delete=some).get("Errors") or []
        for one in refused:
            raise AwsError("s3.delete_objects", one.get("Code", "?"), f"{one.get('Key')}: {one.get('Message', '')}")
    return len(wanted)


def _find_uploads(aws: Aws, home: HomeNames, *, shared: bool) -> Iterator[Found]:
    for one in aws.pages("s3", "list_multipart_uploads", "Uploads", Bucket=home.bucket):
        match = _FOLDER.match(one["Key"])
        if (match is None) is shared:
            title, run = ("unfinished blob", None) if match is None else ("unfinished upload", match.group(1))
            arn = f"{one['Key']}?uploadId={one['UploadId']}"
            more = {"key": one["Key"], "upload": one["UploadId"]}
            yield Found(title, f"s3://{home.bucket}/{one['Key']}", run, ("name",), "unfinished", arn, more=more)


def _find_own_uploads(aws: Aws, home: HomeNames) -> Iterator[Found]:
    return _find_uploads(aws, home, shared=False)


def _find_blob_uploads(aws: Aws, home: HomeNames) -> Iterator[Found]:
    return _find_uploads(aws, home, shared=True)


def _abort(aws: Aws, home: HomeNames, upload: Found) -> str:
    key, number = upload.more["key"], upload.more["upload"]
    aws.call("s3", "abort_multipart_upload", Bucket=home.bucket, Key=key, UploadId=number)
    return "aborted"


KINDS = (
    Kind("unfinished upload", "s3", Stage.REST, _find_own_uploads, _abort, costs=True, kept_by="bucket"),
    Kind("folder", "s3", Stage.REST, _find_folders, _remove_folder, r":s3:::", costs=True, kept_by="bucket"),
    Kind("unfinished blob", "s3", Stage.SHARED, _find_blob_uploads, _abort, costs=True),
    Kind("blobs", "s3", Stage.SHARED, _find_orphans, _remove_orphans, costs=True, kept_by="bucket"),
)
