"""Which door an event came by.

The doors of HTTP and of direct invocation are there from the start; those of messages and files are
imported when an event is none of these, since a cold start that answers a request need not wait for them.
Left out: what the doors do.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from . import alb, http_api, invoke, lattice, rest_api

HTTP = (alb, lattice, http_api, rest_api)
LATER = ("s3", "sqs", "sns", "eventbridge")
SOURCES = (
    "API Gateway REST API and HTTP API, function URL, Application Load Balancer, VPC Lattice, SQS, SNS, EventBridge, S3"
)


def pick(event: object) -> Any:
    """The first door that knows the event, in the order above; None when none does."""
    if not isinstance(event, Mapping):
        return None
    for door in (*HTTP, invoke):
        if door.matches(event):
            return door
    later = (import_module(f".{name}", __package__) for name in LATER)
    return next((door for door in later if door.matches(event)), None)
