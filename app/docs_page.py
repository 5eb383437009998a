"""The page at /docs: Swagger UI, with every asset from this service and under a strict policy.

The assets are those of the package fastapi-offline, whose own page has its script inside; this one has none.
Left out: the document that it shows (`openapi`).
"""

import os
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

_FOLDER = os.path.join(os.path.dirname(__file__), "swagger")
ASSETS = "/static-offline-docs"
HEADERS = {
    # Swagger UI draws its icons from data: addresses; scripts and styles come from files alone
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Undertone - API</title>
<link rel="icon" href="{base}static-offline-docs/favicon.png">
<link rel="stylesheet" href="{base}static-offline-docs/swagger-ui.css">
<script defer src="{base}static-offline-docs/swagger-ui-bundle.js"></script>
<script defer src="{base}static-offline-docs/docs.js"></script>
</head>
<body>
<div id="swagger-ui" data-document="{base}openapi.json">
<noscript>This page needs JavaScript. <a href="{base}openapi.json">The document that it shows</a> does not.</noscript>
</div>
</body>
</html>
"""


def add(api: FastAPI) -> None:
    """Serve the page and its assets."""

    @api.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(_PAGE.replace("{base}", _base(request)), headers=HEADERS)

    api.mount(ASSETS, StaticFiles(directory=_FOLDER, packages=[("fastapi_offline", "static")]), name="docs-assets")


def _base(request: Request) -> str:
    """The service's root as seen from the page, whatever a proxy has put before both."""
    asked: bytes | None = request.scope.get("raw_path")
    if asked is None:  # Lambda's doors know the prefix instead
        prefix = quote(request.scope.get("root_path", "").strip("/"))
        return f"/{prefix}/" if prefix else "/"
    return "../" * (len(asked) - len(asked.rstrip(b"/"))) or "./"
