"""A client that knows the service by its OpenAPI document alone: schemathesis, which makes up right and wrong requests.

Left out: which paths there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hypothesis
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

CHECKS = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
)  # fmt: skip
MODES = list(schemathesis.GenerationMode)


def hold_to_document(
    published: Any, method: str, path: str, mode: schemathesis.GenerationMode, checks: Sequence[Any] = CHECKS
) -> None:
    """Forty requests to one path, each answer held against the document."""
    if method == "GET" and mode is schemathesis.GenerationMode.NEGATIVE:
        return  # nothing of such a request can be wrong

    @hypothesis.settings(max_examples=40, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(case=published[path][method].as_strategy(generation_mode=mode))
    def each(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=list(checks))

    each()
