"""A PostgreSQL of one's own, for rehearsals and tests: a cluster on a socket in a folder, removed afterwards.

    with cluster() as server:
        open_database(server.url)

Debian's packages have all that it needs. Left out: a server that is there already (`address`).
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

from .errors import ServerError

_PATIENCE_S = 60.0


class Postgres:
    """A cluster that runs; root runs it as the user `postgres`, as the server refuses root."""

    def __init__(self, programs: str) -> None:
        """Raises: ServerError."""
        self._programs = programs
        self._user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="undertone-pg-"))
        self._data = self.folder / "data"
        if self._user:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self._call("initdb", "-D", str(self._data), "-A", "trust", "-U", "undertone", "-E", "UTF8", "--no-locale", "-N")
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://undertone@/postgres?host={self.folder}"

    def database(self, name: str) -> str:
        """The URL of a new, empty database."""
        self._call("createdb", "-h", str(self.folder), "-U", "undertone", name)
        return f"postgresql://undertone@/{name}?host={self.folder}"

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=40"
        self._call("pg_ctl", "-D", str(self._data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """At once, as a machine that fails over: sessions are cut."""
        self._call("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _call(self, program: str, *arguments: str) -> None:
        command = [os.path.join(self._programs, program), *arguments]
        user = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}
        with tempfile.TemporaryFile() as output:  # a file, as pg_ctl's server would keep a pipe open
            done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
                timeout=_PATIENCE_S, **user,
            )  # fmt: skip
            if done.returncode:
                output.seek(0)
                raise ServerError(program, " ".join(output.read().decode(errors="replace").split()))


@contextmanager
def cluster() -> Iterator[Postgres]:
    """One that is removed afterwards.

    Raises: ServerError where PostgreSQL is not installed or does not start.
    """
    found = programs()
    if not found:
        raise ServerError("PostgreSQL", "its server is not installed (Debian: postgresql)")
    made = Postgres(found)
    try:
        yield made
    finally:
        made.remove()


def programs() -> str | None:
    """The folder of the newest PostgreSQL that Debian or the path has."""
    found = sorted(glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    if found:
        return found[-1]
    place = shutil.which("initdb")
    return os.path.dirname(place) if place else None
