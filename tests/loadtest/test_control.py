"""What the control endpoint is asked, and how its refusals are told."""

import socket

import pytest

from loadtest.control import ControlError, limits
from tests.loadtest.standin import serving


def test_a_server_without_control_endpoint_is_no_local_lambda():
    """The error names the address and the status."""
    with serving(["warm"]) as server, pytest.raises(ControlError, match=rf"{server.url}/_local/limits answered 404"):
        limits(server.url)


def test_nobody_there_is_told_with_the_reason():
    """As the system names it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ControlError, match=rf"no local Lambda at {url}/_local/limits: .*refused"):
        limits(url)
