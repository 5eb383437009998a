"""A function that cannot be imported."""

from typing import Any

raise RuntimeError("no model here")


def handler(event: Any, context: Any) -> Any: ...
