"""The whole of it: moto, the front, an account with its home; and the door that leads there.

Left out: nothing that the launcher asks for, but Pricing, which is not rehearsed.
"""

import io
import re
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from ..aws import bootstrap, outputs
from ..aws.door import Aws, BackOff
from ..names import HomeNames
from . import front, moto
from .batch import Batch

REGION = "eu-west-1"
ACCOUNT = "123456789012"
"""Moto's."""
_POLICY = '{"Version": "2012-10-17", "Statement": []}'
"""Moto asks for no rights, and the policy itself is made from what a rehearsal asks for."""
_BACK_OFF = BackOff(first_s=0.001, longest_s=0.01)
_MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
_MANIFEST = '{{"schemaVersion": 2, "config": {{"digest": "sha256:{}"}}, "layers": []}}'


class Session:
    """A session whose clients speak to one endpoint, each made once for all threads."""

    def __init__(self, url: str) -> None:
        self._url, self._lock = url, threading.Lock()
        self._session = boto3.Session("test", "test", region_name=REGION)
        self._clients: dict[str, Any] = {}

    def client(self, service_name: str, *, config: Config | None = None) -> Any:
        with self._lock:  # boto3's sessions are not made for threads, its clients are
            if service_name not in self._clients:
                made = self._session.client(service_name, config=config, endpoint_url=self._url)
                self._clients[service_name] = made
            return self._clients[service_name]


@dataclass(frozen=True)
class World:
    """An account of AWS on this machine."""

    url: str
    front: front.Front
    batch: Batch
    direct: Session
    """Moto itself."""

    def door(self, **more: Any) -> Aws:
        """A new one, which waits but a moment where the real one would wait seconds."""

        def sleep(seconds: float) -> None:
            time.sleep(min(seconds, 0.05))

        return Aws(Session(self.url), **{"sleep": sleep, "back_off": _BACK_OFF, **more})

    def client(self, service: str) -> Any:
        """Past the door, and past its faults, to look at what is there."""
        return self.direct.client(service)


@contextmanager
def rehearsing(say: Callable[[str], None] = lambda _: None) -> Iterator[World]:
    """A world whose account has its home.

    Raises: LauncherError.
    """
    with bare() as world:
        settle(world, say)
        yield world


@contextmanager
def bare() -> Iterator[World]:
    """A world without a home."""
    with moto.serving() as place:
        before = front.Front(place)
        direct = Session(f"http://{place[0]}:{place[1]}")
        with front.serving(before) as url:
            batch = Batch(direct.client, lambda: url)
            before.batch = batch
            before.built = lambda asked: _push(direct, asked)
            try:
                yield World(url, before, batch, direct)
            finally:
                batch.close()


def settle(world: World, say: Callable[[str], None] = lambda _: None) -> outputs.Outputs:
    """Bootstrap it; CodeBuild's project is made here, which moto's CloudFormation passes over in silence."""
    found = bootstrap.bootstrap(world.door(), say, policy=_POLICY)
    names = HomeNames(ACCOUNT, REGION)
    projects = world.client("codebuild")
    if names.build_project not in projects.list_projects()["projects"]:
        projects.create_project(
            name=names.build_project, source={"type": "S3", "location": f"{names.bucket}/images/none.zip"},
            artifacts={"type": "NO_ARTIFACTS"}, serviceRole=names.role_arn(names.build_role),
            environment={"type": "LINUX_CONTAINER", "image": "standard", "computeType": "BUILD_GENERAL1_MEDIUM"},
        )  # fmt: skip
    return found


def _push(session: Session, asked: Mapping[str, Any]) -> None:
    """What a build ends with: the image that its buildspec names is in the repository."""
    bucket, _, key = asked["sourceLocationOverride"].partition("/")
    content = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (repository, tag) = re.findall(r"docker push \S+?/(\S+):(\S+)", archive.read("buildspec.yml").decode())[0]
        if not archive.read("Dockerfile").startswith(b"FROM "):
            raise ValueError("the zip has no Dockerfile that begins with FROM")
    registry = session.client("ecr")
    with suppress(registry.exceptions.ImageAlreadyExistsException):  # another run's build was faster
        registry.put_image(
            repositoryName=repository,
            imageTag=tag,
            imageManifest=_MANIFEST.format(tag),
            imageManifestMediaType=_MEDIA_TYPE,
        )
