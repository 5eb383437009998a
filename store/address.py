"""Where a database is: the name of a SQLite file, or the URL of a PostgreSQL server.

    reviews.db                            a file, made when it is not there
    postgresql://analyst@db:5432/tone     a server; the password comes from the URL, PGPASSWORD or ~/.pgpass

Left out: opening it (`database`).
"""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from .errors import AddressError

EXPECTED = "the name of a file such as reviews.db, or postgresql://user@host/database"
_MEMORY = ":memory:"
"""SQLite's own database without a file, which no other process sees."""
_MOST_PORT = 65_535


def parse(text: str) -> URL:
    """The address that `text` names, with its driver.

    >>> parse("reviews.db").render_as_string()
    'sqlite:///reviews.db'
    >>> parse("postgres://a:secret@h/d").render_as_string()
    'postgresql+psycopg://a:***@h/d'

    Raises: AddressError.
    """
    if "://" not in text:
        if not text or text.endswith("/") or text == _MEMORY:
            raise AddressError(text, EXPECTED)
        return URL.create("sqlite", database=text)
    scheme, _, rest = text.partition("://")
    try:
        url = make_url(f"{'postgresql' if scheme == 'postgres' else scheme}://{rest}")
    except (ArgumentError, ValueError):
        raise AddressError(_without_password(text), EXPECTED) from None
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != _MEMORY:
            return url
        case "postgresql" if url.database and 0 < (url.port or 1) <= _MOST_PORT:
            return url.set(drivername="postgresql+psycopg")
        case _:
            raise AddressError(_without_password(text), EXPECTED)


def shown(url: URL) -> str:
    """The address for a person, without its password."""
    return url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def _without_password(text: str) -> str:
    """What may be shown of a text that is no address.

    >>> _without_password("mysql://a:secret@h/d")
    'mysql://***@h/d'
    """
    scheme, _, rest = text.partition("://")
    credentials, at, place = rest.rpartition("@")
    return f"{scheme}://***@{place}" if at and credentials else text
