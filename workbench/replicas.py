"""The replica that reading goes to: whether it is one, whether it keeps up, and what to do when it does not.

A replica that replays nothing has no lag to show where nothing was written; so its place in the log is held against
the primary's, as that was when one began to ask, and time counts only where it is behind. Long reads are cut (40001)
when the primary cleans up what they still see; they are run again. Left out: reading itself (`engines`).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from store import address
from store.database import Database
from store.errors import AddressError, StoreError

from .errors import ReplicaError, SettingsError, UnreachableError
from .settings import Settings

LAG_LIMIT_S = 60.0
CATCH_UP_S = 5.0
"""How long one waits for a replica that is too far behind, or does not answer."""
_CONFLICT = "40001"
"""serialization_failure: https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-CONFLICT."""
_STATE = text(
    "SELECT pg_is_in_recovery() AS replays, CAST(pg_last_wal_replay_lsn() AS text) AS place,"
    " coalesce(pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn(), false) AS has_more,"
    " CAST(extract(epoch FROM now() - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time()))"
    " AS float8) AS age_s,"  # nothing was replayed since it started: not older than that, as far as it knows
    " EXISTS (SELECT FROM pg_stat_wal_receiver) AS receives"
)
_NOW = text("SELECT CAST(pg_current_wal_lsn() AS text)")
_BEHIND = text("SELECT greatest(pg_wal_lsn_diff(CAST(:place AS pg_lsn), CAST(:replayed AS pg_lsn)), 0)")


class Health(NamedTuple):
    """How a replica is: what it has not replayed yet, and since when; `receives` is whether the primary sends."""

    receives: bool
    behind_bytes: int
    lag_s: float


def reading(settings: Settings, limit_s: float = LAG_LIMIT_S, catch_up_s: float = CATCH_UP_S) -> str:
    """The address that reading goes to: the replica's where one is set and keeps up, else the primary's.

    With `limit_s` 0 it has all that was written before the call.

    Raises: ReplicaError where it is gone, is none, or is behind by `limit_s` or more after `catch_up_s` of waiting;
    the primary is never read instead. SettingsError.
    """
    if not settings.replica:
        return settings.store
    begun, place = time.monotonic(), written(settings, catch_up_s)
    while True:
        found = health(settings, place, catch_up_s)
        if not found.behind_bytes or found.lag_s < limit_s:
            return settings.replica
        if time.monotonic() - begun >= catch_up_s:
            raise ReplicaError(_shown(settings.replica), _why(found), found.lag_s, limit_s)
        time.sleep(0.1)


def written(settings: Settings, give_up_s: float = CATCH_UP_S) -> str | None:
    """The primary's place in its log; none where it is away, which a reader need not mind."""
    with suppress(ReplicaError):
        return str(_ask(settings.store, lambda connection: connection.execute(_NOW).scalar_one(), "", give_up_s))
    return None


def health(settings: Settings, place: str | None, give_up_s: float = CATCH_UP_S) -> Health:
    """How the replica is now, held against a place in the primary's log; without one, against what it was sent.

    Raises: ReplicaError where it does not answer or is none; SettingsError where its address cannot be one.
    """
    shown = _shown(settings.replica)
    state = _ask(settings.replica, lambda connection: _state(connection, place), shown, give_up_s)
    if not state["replays"]:
        raise ReplicaError(shown, "it takes writes, so it is a primary")
    return Health(state["receives"], state["behind"], state["age_s"] if state["behind"] else 0.0)


def _state(connection: Connection, place: str | None) -> dict[str, Any]:
    state = dict(connection.execute(_STATE).mappings().one())
    if place is None or not state["replays"]:
        return {**state, "behind": int(state["has_more"])}
    asked = {"place": place, "replayed": state["place"]}
    return {**state, "behind": int(connection.execute(_BEHIND, asked).scalar_one())}


@contextmanager
def told(settings: Settings) -> Iterator[None]:
    """What goes wrong with reading is the replica's affair where one is set.

    Raises: ReplicaError for UnreachableError, and where the replica cut a read again and again.
    """
    try:
        yield
    except UnreachableError as error:
        if not settings.replica:
            raise
        cut = (
            "the primary's clean-up cut the read again and again: set hot_standby_feedback = on there, or ask for less"
        )
        raise ReplicaError(_shown(settings.replica), cut if is_conflict(error) else error.reason) from error


def is_conflict(error: BaseException | None) -> bool:
    """Whether it is, or comes from, a read that the replica cut."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        state = getattr(error, "sqlstate", None) or getattr(getattr(error, "orig", None), "sqlstate", None)
        if state == _CONFLICT or "conflict with recovery" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _ask(url: str, work: Callable[[Connection], Any], place: str, give_up_s: float) -> Any:
    """Raises: ReplicaError where the database does not answer."""
    database = Database(address.parse(url), give_up_s)
    try:
        return database.run(work)
    except StoreError as error:
        raise ReplicaError(place, str(error).removeprefix(f"{place} ")) from error
    finally:
        database.close()


def _shown(url: str) -> str:
    """The replica for a person, without its password. Raises: SettingsError where it can be none."""
    expected = "postgresql://user@host/database"
    try:
        parsed = address.parse(url)
    except AddressError as error:
        raise SettingsError("replica", expected, str(error)) from error
    if parsed.get_backend_name() != "postgresql":
        raise SettingsError("replica", f"{expected}, as SQLite has none", address.shown(parsed))
    return address.shown(parsed)


def _why(found: Health) -> str:
    told = f"{found.behind_bytes:,} bytes of the primary's log are not replayed"
    return told if found.receives else f"{told}, and the primary sends it nothing"
