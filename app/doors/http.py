"""What the doors of HTTP sources have in common: read a request, exchange it, write the response.

Left out: how each source writes them down.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ..problems import Reply, problem
from .request import HttpRequest, MalformedEvent, readable
from .service import Outcome, Service

Event = Mapping[str, Any]


def exchange(
    service: Service, event: Event, read: Callable[[Event], HttpRequest], write: Callable[[Event, Reply], Any]
) -> Outcome:
    """An event's outcome; one that its source would not send is answered in the source's own form."""
    try:
        reply = service.exchange(readable(read(event)))
    except MalformedEvent as error:
        reply = service.refuse(problem("malformed-event", f"{error}."))
    fault = reply.body.decode(errors="replace") if reply.status >= 500 else None
    return Outcome(write(event, reply), reply.status, (reply,), fault)
