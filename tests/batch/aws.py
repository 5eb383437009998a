"""A moto server with the template deployed, for the tests of what speaks to AWS.

Left out: jobs, which the tests say themselves.
"""

from collections.abc import Callable
from typing import Any

import boto3

REGION = "eu-west-1"


class Session:
    """A session whose clients speak to one endpoint; `before` may change or refuse what is asked."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = boto3.Session("test", "test", region_name=REGION)

    def client(self, service_name: str, *, config: Any) -> Any:
        return self._session.client(service_name, config=config, endpoint_url=self._url)


class Answers:
    """A session whose one client answers from a table: operation to a function of its arguments."""

    def __init__(self, **operations: Callable[..., dict[str, Any]]) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._operations = operations

    def client(self, service_name: str, *, config: Any) -> Any:
        del service_name, config
        return self

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def call(**arguments: Any) -> dict[str, Any]:
            self.asked.append((operation, arguments))
            return self._operations[operation](**arguments)

        return call
