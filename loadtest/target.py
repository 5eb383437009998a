"""Where a load test goes, by one setting: an HTTP address, or the name of a function for the Invoke API.

    http://127.0.0.1:8000                        the service under uvicorn, a local Lambda, any server
    https://abc.lambda-url.eu-west-1.on.aws      a function URL
    lambda:undertone:live                        a function, in the account and region of the environment
    arn:aws:lambda:eu-west-1:123456789012:function:undertone:live
    lambda:undertone@http://127.0.0.1:9000       the Invoke API of a local Lambda

Left out: asking whether anyone answers there.
"""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

_ARN = re.compile(r"arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):\d{12}:function:[\w-]+(:[\w$-]+)?")
_NAME = re.compile(r"lambda:(?P<name>[\w-]+)(:(?P<qualifier>[\w$-]+))?(@(?P<endpoint>https?://.+))?")
_FUNCTION_URL = re.compile(r".+\.lambda-url\.(?P<region>[a-z0-9-]+)\.on\.aws")
SHAPES = "http://host:port, https://host, lambda:name[:qualifier][@http://host:port] or a function's ARN"


class TargetError(ValueError):
    """No target of a form that is known; the message says which there are."""


class Target(NamedTuple):
    """Where to send requests: `url` is set for HTTP, `function` for the Invoke API."""

    url: str = ""
    function: str = ""
    qualifier: str = ""
    endpoint: str = ""
    region: str = ""

    @property
    def door(self) -> str:
        """The door to take when none is asked for."""
        if self.function:
            return "invoke"
        return "url" if self.region else "predict"

    @property
    def local(self) -> bool:
        """Whether it is on this machine."""
        return is_loopback(self.url or self.endpoint)


def parse(text: str) -> Target:
    """A target.

    >>> parse("lambda:undertone:live@http://127.0.0.1:9000/")
    Target(url='', function='undertone', qualifier='live', endpoint='http://127.0.0.1:9000', region='')
    >>> parse("https://abc.lambda-url.eu-west-1.on.aws/").door
    'url'

    Raises:
        TargetError: it has none of the forms.

    """
    asked = text.strip().rstrip("/")
    if found := _ARN.fullmatch(asked):
        return Target(function=asked, region=found["region"])
    if found := _NAME.fullmatch(asked):
        endpoint = _address(found["endpoint"], text) if found["endpoint"] else ""
        return Target(function=found["name"], qualifier=found["qualifier"] or "", endpoint=endpoint)
    url = _address(asked, text)
    found = _FUNCTION_URL.fullmatch(urlsplit(url).hostname or "")
    return Target(url=url, region=found["region"] if found else "")


def _address(url: str, text: str) -> str:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise TargetError(f"the target is {text!r}; expected {SHAPES}")
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own.

    >>> is_loopback("http://127.0.0.1:9000"), is_loopback("https://example.com"), is_loopback("")
    (True, False, False)
    """
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
