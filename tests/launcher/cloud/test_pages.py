"""A list that comes in pages is whole, also when calls for them fail on the way."""

from typing import Any

import pytest

from launcher.aws.door import Aws
from launcher.errors import AwsError
from tests.launcher.cloud.scenery import HOME, door, refuse


@pytest.fixture
def groups(aws: Aws) -> list[str]:
    names = [f"/launcher/{number:03}" for number in range(70)]  # moto gives 50 a page
    for name in names:
        aws.call("logs", "create_log_group", logGroupName=name)
    return names


@pytest.mark.parametrize("failing", [{1}, {2}, {1, 2}, {2, 3}, {1, 3}])
def test_a_page_that_was_refused_comes_again(groups: list[str], url: str, failing: set[int]):
    """The first, a later one, several: every entry once."""
    asked = {"times": 0}

    def before(_service: str, operation: str, _params: dict[str, Any]) -> None:
        asked["times"] += 1
        if asked["times"] in failing:
            raise refuse("ThrottlingException", operation)

    found = door(url, before=before).pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix="/launcher/")
    assert [one["logGroupName"] for one in found] == groups


@pytest.mark.usefixtures("aws")
def test_refused_for_good_is_an_error_and_no_empty_list(url: str):
    """An empty list would be taken for "nothing is left"."""

    def before(_service: str, operation: str, _params: dict[str, Any]) -> None:
        raise refuse("ThrottlingException", operation)

    with pytest.raises(AwsError):
        list(door(url, before=before).pages("ecr", "describe_images", "imageDetails", repositoryName=HOME.repository))
