"""Cross-origin requests (https://fetch.spec.whatwg.org/#http-cors-protocol): which origins may read an answer.

Left out: credentials; keys travel in a header of the caller's own.
"""

from collections.abc import Sequence

from .problems import Headers, Reply, no_content

_PREFLIGHT: Headers = (
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type, X-API-Key, X-Request-Id"),
    ("Access-Control-Max-Age", "600"),
)


class Cors:
    """The origins of the settings; none means that nothing is added to any answer."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._any = "*" in origins
        self._origins = {origin.encode() for origin in origins}

    def headers(self, origin: bytes | None) -> Headers:
        """What an answer to a request from `origin` carries.

        >>> Cors(["https://a.example"]).headers(b"https://a.example")[0]
        ('Access-Control-Allow-Origin', 'https://a.example')
        """
        if not self._origins:
            return ()
        vary = (("Vary", "Origin"),)
        if origin is None or not (self._any or origin in self._origins):
            return vary
        allowed = "*" if self._any else origin.decode("latin-1")
        return (("Access-Control-Allow-Origin", allowed), ("Access-Control-Expose-Headers", "X-Request-Id"), *vary)

    def preflight(self, origin: bytes | None) -> Reply | None:
        """The answer to a browser that asks before it sends; None where its origin may not."""
        allowed = self._origins and origin is not None and (self._any or origin in self._origins)
        return no_content(_PREFLIGHT) if allowed else None
