"""A moto server for all of these tests, emptied before each."""

from collections.abc import Iterator

import pytest

from launcher.aws.door import Aws
from tests.launcher.cloud import scenery


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    with scenery.serving() as url:
        yield url


@pytest.fixture
def url(moto_url: str) -> str:
    scenery.fresh(moto_url)
    return moto_url


@pytest.fixture
def aws(url: str) -> Aws:
    """A door to an account that has its home and no run."""
    made = scenery.door(url)
    scenery.make_home(made)
    return made
