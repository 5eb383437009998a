"""API keys: whether a request carries one of the keys whose SHA-256 digests the settings name.

Keys come as `X-API-Key: KEY`, as `Authorization: Bearer KEY`, or as the access key id of a request that a client
of AWS's has signed: the key is looked at, the signature is not. Left out: which paths ask for one.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from hmac import compare_digest


class Keys:
    """The digests of every key that is let in."""

    def __init__(self, digests: Sequence[str]) -> None:
        self._digests = [bytes.fromhex(digest) for digest in digests]

    def admit(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether one of the keys is among the headers, told in the same time for any wrong key."""
        return any([self._known(key) for key in _presented(headers)])  # noqa: C419  # a list: each is compared

    def _known(self, key: bytes) -> bool:
        found = sha256(key).digest()
        return any([compare_digest(found, digest) for digest in self._digests])  # noqa: C419  # no early end


def _presented(headers: Mapping[bytes, bytes]) -> list[bytes]:
    """The keys of a request, wherever they are.

    >>> _presented({b"x-api-key": b"a", b"authorization": b"Bearer b"})
    [b'a', b'b']
    """
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    found = [headers.get(b"x-api-key", b"")]
    if scheme.lower() == b"bearer":
        found.append(token.strip())
    elif scheme == b"AWS4-HMAC-SHA256":  # Credential=ID/date/region/service/aws4_request, SignedHeaders=...
        found.append(token.partition(b"Credential=")[2].partition(b"/")[0])
    return [key for key in found if key]
