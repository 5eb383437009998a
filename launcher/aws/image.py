"""The image of a set of requirements: keyed by its content, built only where the repository lacks it.

    key = sha256(requirements, Python, base, runner)[:40]     the tag in ECR; code is fetched, never baked in

CodeBuild builds it from a zip in the bucket, in about two minutes; Docker on this machine is an option.
Left out: fetching code (`runner`), and removing images (`sweep`, and the repository's own rule: twenty are kept).
"""

import base64
import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import AwsError, EngineError
from ..names import HomeNames
from . import logs
from .door import Aws

RUNNER = Path(__file__).parents[1] / "runner.py"
ENTRY = "/launcher/runner.py"
PYTHON = "/launcher/env/bin/python"
CPU_BASE = "public.ecr.aws/docker/library/debian:bookworm-slim"
GPU_BASE = "nvcr.io/nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04"
"""The machine brings the driver, this the libraries, for scripts whose wheels do not."""
UV = "ghcr.io/astral-sh/uv:0.9.5"
BOTO3 = "boto3>=1.34,<2"
EVERY_S = 5.0
_DATE = (1980, 1, 1, 0, 0, 0)
"""Of every entry, so that the same content is the same zip."""
_LAST_LINES = 15


class Image(NamedTuple):
    """All that an image is made of."""

    requirements: bytes
    python: str
    gpus: int = 0

    @property
    def base(self) -> str:
        return GPU_BASE if self.gpus else CPU_BASE

    @property
    def key(self) -> str:
        """Its tag.

        >>> Image(b"numpy", "3.12").key == Image(b"numpy", "3.13").key
        False
        """
        parts = (dockerfile(self.base, self.python).encode(), self.requirements, RUNNER.read_bytes())
        return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()[:40]


def dockerfile(base: str, python: str) -> str:
    """By uv, which brings the Python that was asked for to any base and installs faster than pip."""
    return f"""\
FROM {UV} AS uv
FROM {base}
COPY --from=uv /uv /usr/local/bin/uv
ENV UV_PYTHON_INSTALL_DIR=/launcher/python UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1 \\
    VIRTUAL_ENV=/launcher/env PATH=/launcher/env/bin:$PATH PYTHONUNBUFFERED=1 \\
    NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN if ! command -v update-ca-certificates >/dev/null; then \\
      apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*; fi
RUN uv python install {python} && uv venv --seed --python {python} /launcher/env
COPY requirements.txt /launcher/requirements.txt
RUN uv pip install -r /launcher/requirements.txt
RUN {PYTHON} -c "import boto3" 2>/dev/null || uv pip install "{BOTO3}"
COPY runner.py {ENTRY}
WORKDIR /tmp
"""


def buildspec(registry: str, tag: str) -> str:
    """What CodeBuild does with the zip.

    https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    """
    return f"""\
version: 0.2
phases:
  pre_build:
    commands:
      - aws ecr get-login-password | docker login --username AWS --password-stdin {registry}
  build:
    commands:
      - docker build --tag {tag} .
  post_build:
    commands:
      - test "$CODEBUILD_BUILD_SUCCEEDING" = 1
      - docker push {tag}
"""


def parts(image: Image, home: HomeNames) -> Mapping[str, bytes]:
    """The files that an image is built from."""
    return {
        "Dockerfile": dockerfile(image.base, image.python).encode(),
        "buildspec.yml": buildspec(home.registry, home.image(image.key)).encode(),
        "requirements.txt": image.requirements,
        "runner.py": RUNNER.read_bytes(),
    }


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip, the same bytes for the same files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _DATE), content)
    return made.getvalue()


def is_there(aws: Aws, home: HomeNames, key: str) -> bool:
    """Whether the repository has the image.

    Raises: AwsError.
    """
    try:
        aws.call("ecr", "describe_images", repositoryName=home.repository, imageIds=[{"imageTag": key}])
    except AwsError as error:
        if error.code == "ImageNotFoundException":
            return False
        raise
    return True


def build(aws: Aws, home: HomeNames, image: Image, run_id: str, say: Callable[[str], None]) -> float:
    """Build and push by CodeBuild; the minutes that it bills.

    Where another run pushed the same image meanwhile, this push is refused and no error.

    Raises: EngineError with the last lines of the build's log where it fails; AwsError.
    """
    key = f"images/{image.key}.zip"
    aws.call("s3", "put_object", Bucket=home.bucket, Key=key, Body=packed(parts(image, home)))
    answer = aws.call(
        "codebuild", "start_build", projectName=home.build_project, sourceTypeOverride="S3",
        sourceLocationOverride=f"{home.bucket}/{key}", idempotencyToken=f"{image.key}-{run_id}",
    )  # fmt: skip
    ended = _ended(aws, answer["build"]["id"], say)
    if ended["buildStatus"] != "SUCCEEDED" and not is_there(aws, home, image.key):
        raise EngineError(
            f"the image could not be built ({ended['buildStatus'].lower()}): {_said(aws, ended)}",
            "install the requirements in a fresh environment: `python -m launcher check`",
        )
    return _minutes(ended)


def _ended(aws: Aws, build_id: str, say: Callable[[str], None]) -> Mapping[str, Any]:
    """The build when it has ended; `say` hears each of its phases once."""
    told = ""
    while True:
        found = aws.call("codebuild", "batch_get_builds", ids=[build_id])["builds"]
        now: Mapping[str, Any] = found[0] if found else {"buildStatus": "IN_PROGRESS"}
        if (phase := str(now.get("currentPhase", ""))) != told:
            told = phase
            say(f"image: {phase.lower().replace('_', ' ')}")
        if now["buildStatus"] != "IN_PROGRESS":
            return now
        aws.sleep(EVERY_S)


def _minutes(build_: Mapping[str, Any]) -> float:
    """CodeBuild bills whole minutes: https://aws.amazon.com/codebuild/pricing/."""
    started, ended = build_.get("startTime"), build_.get("endTime")
    return float(max(1, -(-(ended - started).total_seconds() // 60))) if started and ended else 0.0


def _said(aws: Aws, build_: Mapping[str, Any]) -> str:
    """The last lines of a build's log, or the phase that failed where there is none."""
    place = build_.get("logs") or {}
    try:
        lines = list(logs.lines(aws, place["groupName"], place["streamName"]))[-_LAST_LINES:]
    except (AwsError, KeyError):
        lines = []
    failed = [phase["phaseType"] for phase in build_.get("phases", []) if phase.get("phaseStatus") == "FAILED"]
    return "\n".join(line.rstrip() for line in lines) or f"phase {', '.join(failed) or 'unknown'}"


def build_here(aws: Aws, home: HomeNames, image: Image, say: Callable[[str], None], folder: str) -> None:
    """Build with this machine's Docker, or podman under its name, in `folder`, and push.

    Raises: EngineError; AwsError.
    """
    docker = shutil.which("docker") or shutil.which("podman")
    if not docker:
        raise EngineError("there is no docker on this machine", "install Docker, or leave --local-docker out")
    for name, content in parts(image, home).items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    tag = home.image(image.key)
    say("image: built by Docker on this machine")
    _docker([docker, "build", "--platform", "linux/amd64", "--tag", tag, folder])
    _docker([docker, "login", "--username", "AWS", "--password-stdin", home.registry], _password(aws))
    _docker([docker, "push", tag])


def _password(aws: Aws) -> bytes:
    """For an hour or twelve; given by standard input, so that no list of processes shows it."""
    token = aws.call("ecr", "get_authorization_token")["authorizationData"][0]["authorizationToken"]
    return base64.b64decode(token).partition(b":")[2]


def _docker(command: list[str], given: bytes = b"") -> None:
    done = subprocess.run(command, input=given, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-_LAST_LINES:]
        raise EngineError(f"docker {command[1]} failed: {' / '.join(said) or done.returncode}", "see its message above")
