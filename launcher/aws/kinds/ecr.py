"""Amazon ECR: images in the launcher's repository, each tagged by its image key.

Runs of the same requirements share one, so it goes when no run that is there needs it and nobody keeps it (`decide`).
Left out: the repository, which is `bootstrap`'s.
"""

from collections.abc import Iterator

from ...names import HomeNames
from ..door import Aws
from .kind import Found, Kind, Stage


def _find(aws: Aws, home: HomeNames) -> Iterator[Found]:
    for one in aws.pages("ecr", "describe_images", "imageDetails", repositoryName=home.repository):
        keys = " ".join(sorted(one.get("imageTags") or []))
        name = f"{home.repository}:{keys.replace(' ', ',')}" if keys else f"{home.repository}@{one['imageDigest']}"
        more = {"digest": one["imageDigest"], "keys": keys}
        yield Found("image", name, None, ("name",), size_bytes=one.get("imageSizeInBytes", 0), more=more)


def _remove(aws: Aws, home: HomeNames, image: Found) -> str:
    asked = [{"imageDigest": image.more["digest"]}]
    refused = aws.call("ecr", "batch_delete_image", repositoryName=home.repository, imageIds=asked).get("failures")
    return "" if refused else "deleted"  # an image that others refer to goes after them


KINDS = (Kind("image", "ecr", Stage.SHARED, _find, _remove, r":ecr:.*:repository/", costs=True, kept_by="image"),)
