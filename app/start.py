"""What each of our servers does before it listens: settings, warnings, as many files as it may have.

Left out: the servers themselves (`server`, `workers`).
"""

import ipaddress
import os
import resource
import sys

from .predict import Core
from .settings import Settings, SettingsError, from_environment


def settings_or_exit() -> Settings:
    """The environment's settings.

    Raises: SystemExit with 2 when one is wrong, which is told.
    """
    try:
        return from_environment(os.environ)
    except SettingsError as error:
        print(f"undertone: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def warn(core: Core) -> None:
    """Say on standard error what is broken or unsafe."""
    if core.fault:
        print(f"undertone: every prediction will be refused: {core.fault}", file=sys.stderr)
    if not core.settings.api_keys_sha256 and not is_loopback(core.settings.host):
        print(
            f"undertone: warning: listening on {core.settings.host} without API keys: whoever reaches this machine "
            "can use the service. Set UNDERTONE_API_KEYS_SHA256.",
            file=sys.stderr,
        )


def greet(host: str, port: int) -> None:
    """Say where the service is."""
    shown = f"[{host}]" if ":" in host else host
    print(f"Undertone answers at http://{shown}:{port}/ (docs at /docs). Ctrl-C stops it.", file=sys.stderr)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`.

    >>> is_loopback("localhost"), is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def raise_file_limit() -> None:
    """A connection is a file: allow as many as the system lets this process have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
