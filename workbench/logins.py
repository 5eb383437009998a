"""Logging in to RDS by IAM: each new connection gets a token instead of a password, so none is kept anywhere.

A token is signed here, without asking anybody, and is good for 15 minutes, of which a connection needs the first
second: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html. Left out: who the user is
and what it may do (`roles`).
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Engine, event

HOST = re.compile(r"[a-z0-9-]+\.[a-z0-9]+\.([a-z0-9-]+)\.rds\.amazonaws\.com(\.cn)?")
Sign = Callable[[str, int, str, str], str]
"""Host, port, user and region to a token."""


def use_tokens(sign: Sign | None = None) -> Callable[[], None]:
    """From now on every engine of this process logs in so at hosts of RDS, where no password is given.

    What it gives undoes it.
    """
    signed = sign or _sign

    def put(_dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        found = HOST.fullmatch(str(parameters.get("host", "")))
        if found and not parameters.get("password"):
            port = int(parameters.get("port") or 5432)
            parameters["password"] = signed(parameters["host"], port, parameters["user"], found[1])

    event.listen(Engine, "do_connect", put)
    return lambda: event.remove(Engine, "do_connect", put)


def _sign(host: str, port: int, user: str, region: str) -> str:
    return str(_client(region).generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user, Region=region))


@cache
def _client(region: str) -> Any:
    import boto3

    return boto3.client("rds", region_name=region)
