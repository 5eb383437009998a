"""Holds a worker inside a transaction: Python runs this file at its start where a rehearsal has put it on the path.

Before the first commit of reviews a file is made, and the worker waits until it is gone: meanwhile the rehearsal sends
SIGTERM, or kills it. Nothing of the job knows of this. Left out: which attempt is held (`faults.py` beside this
folder).
"""

import os
import time
from typing import Any


def _hold(file: str) -> None:
    from sqlalchemy import Connection, Engine, event

    held: list[str] = []  # once a process

    def executed(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO review"):
            connection.info["holds_reviews"] = True

    def committing(connection: Connection) -> None:
        if not connection.info.pop("holds_reviews", False) or held:
            return
        held.append(file)
        try:
            os.close(os.open(file, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        while os.path.exists(file):
            time.sleep(0.01)

    event.listen(Engine, "after_cursor_execute", executed)
    event.listen(Engine, "commit", committing)


if os.environ.get("UNDERTONE_REHEARSAL_HOLD"):
    _hold(os.environ["UNDERTONE_REHEARSAL_HOLD"])
