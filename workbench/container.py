"""The entry point of the image `workbench`: a command of the workbench as a job, with its files in S3 around it.

    config/workbench.toml   ->  the sources and limits of all jobs, where it is there
    artifacts/<task>.zip    ->  the pair of a task, before; and after, where the job has made another one
    extracts/<key>/         <-  an extract that the command has written; who names it, gets it (`handover`)
    models/<task>.zip       <-  a media model that it has trained; who labels by it, gets it
    jobs/<job>/             <-  what else lies in its folder: extracts' provenance, reports, runs

    python -m workbench.container emotion train ...      as `python -m workbench emotion train ...`
    python -m workbench.container prepare --user NAME    the database's user and tables (`roles`)

The exit code is the command's; 75 where S3 does not answer. Left out: what a job is (`template.yaml`).
"""

import io
import os
import runpy
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from store.errors import StoreError
from textmodel.model import ROOT

from . import handover, logins, roles, settings
from .bucket import Bucket, client, told
from .errors import SettingsError, SourceError, UnreachableError, WorkbenchError, one_line
from .settings import FILE, PREFIX

BUCKET = f"{PREFIX}BUCKET"
KEPT_SUFFIXES = (".json", ".jsonl", ".html", ".png", ".csv", ".txt", ".md", ".npz", ".safetensors")
"""What goes to jobs/<job>/. Caches of rows stay: they can be made again beside the data."""
_PAIR = ("saved_model", "vectorizer")


class Before(NamedTuple):
    """What was there before the command: pairs and media models as ZIP files by task, keys of extracts."""

    pairs: Mapping[str, bytes]
    models: Mapping[str, bytes]
    extracts: AbstractSet[str]


def main(words: Sequence[str], environ: Mapping[str, str] = os.environ, s3: Any = None, root: str = ROOT) -> int:
    """Files in, the command, files out; files go out after a failure, too."""
    undo = logins.use_tokens()
    try:
        if words[:1] == ["prepare"]:
            return _prepare(words[1:], environ)
        bucket = _needed(environ, BUCKET)
        door = s3 or client()
        _bring(door, bucket, root)
        before = state(root, _folder(environ))
        code = _command(words)
        with told(bucket):
            _take(door, bucket, environ.get("AWS_BATCH_JOB_ID", "by-hand"), root, _folder(environ), before)
    except (WorkbenchError, StoreError) as error:
        print(f"error: {one_line(str(error))}", file=sys.stderr)
        return error.exit_code if isinstance(error, WorkbenchError) else 1
    finally:
        undo()
    return code


def artifacts(root: str) -> dict[str, bytes]:
    """Each task's pair below `root` as a ZIP file, the same for the same files."""
    found = {}
    place = os.path.join(root, _PAIR[0])
    for task in sorted(os.listdir(place) if os.path.isdir(place) else []):
        if os.path.isfile(os.path.join(root, _PAIR[1], task, "manifest.json")):
            found[task] = _packed(root, task)
    return found


def state(root: str, folder: str) -> Before:
    """What lies below `root` and in the workbench's own folder."""
    return Before(artifacts(root), handover.models(folder), handover.kept(folder))


def _folder(environ: Mapping[str, str]) -> str:
    """The workbench's own folder; the usual one where the settings cannot be read, which the command tells."""
    try:
        return settings.load(environ=environ).folder
    except SettingsError:
        return settings.Settings.folder


def _prepare(words: Sequence[str], environ: Mapping[str, str]) -> int:
    if len(words) != 2 or words[0] != "--user":
        raise SettingsError("prepare", "--user NAME", " ".join(words) or "nothing")
    made = roles.prepare(_needed(environ, f"{PREFIX}STORE"), words[1])
    print(", ".join(f"{name} {'made' if new else 'there'}" for name, new in made.items()))
    return 0


def _command(words: Sequence[str]) -> int:
    """`python -m workbench` in this process, so that it logs in as we do."""
    sys.argv = ["workbench", *words]
    try:
        runpy.run_module("workbench", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _bring(s3: Any, bucket: str, root: str) -> None:
    try:
        with told(bucket):
            _brought(s3, bucket, root)
    except FileNotFoundError as error:
        raise UnreachableError(str(error), "it was there a moment ago") from error


def _brought(s3: Any, bucket: str, root: str) -> None:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="artifacts/"):
        for one in page.get("Contents", ()):
            if one["Key"].endswith(".zip"):
                content = s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
                _unpack(content, f"s3://{bucket}/{one['Key']}", root)
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"config/{FILE}").get("Contents", ())
    if any(one["Key"] == f"config/{FILE}" for one in listed):
        s3.download_file(bucket, f"config/{FILE}", FILE)


def _unpack(content: bytes, place: str, root: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(root)  # which leaves no file outside, whatever its name
    except zipfile.BadZipFile as error:
        raise SourceError(place, "a ZIP file of a pair", str(error)) from error


def _take(s3: Any, bucket: str, job: str, root: str, folder: str, before: Before) -> None:
    """Extracts before their provenance goes to jobs/, by which they are found."""
    for prefix, now, then in (
        ("artifacts", artifacts(root), before.pairs), (handover.MODELS, handover.models(folder), before.models),
    ):  # fmt: skip
        for task, content in now.items():
            if content != then.get(task):
                s3.put_object(Bucket=bucket, Key=f"{prefix}/{task}.zip", Body=content)
                print(f"{prefix}/{task}.zip: {len(content):,} bytes")
    for key in handover.put_extracts(Bucket(s3, bucket), folder, before.extracts):
        print(f"{handover.EXTRACTS}/{key}: named so by other jobs, or {handover.JOBS}/{job}")
    for path in _written(folder):
        s3.upload_file(path, bucket, f"{handover.JOBS}/{job}/{os.path.relpath(path, folder)}")


def _written(folder: str) -> Iterator[str]:
    for place, _, names in os.walk(folder):
        yield from (os.path.join(place, name) for name in sorted(names) if name.endswith(KEPT_SUFFIXES))


def _packed(root: str, task: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part in _PAIR:
            folder = os.path.join(root, part, task)
            for name in sorted(os.listdir(folder)):
                with open(os.path.join(folder, name), "rb") as file:
                    archive.writestr(zipfile.ZipInfo(f"{part}/{task}/{name}"), file.read(), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _needed(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise SettingsError(name, "a value", "none")
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
