"""A real PostgreSQL primary and its replica, thrown away afterwards; each may be held to processors of its own.

The server refuses root, who runs it as the user `postgres`. Left out: what is done with them.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from glob import glob
from pathlib import Path

from ..errors import EngineMissing, StorageError

USER = "undertone"
_SETTINGS = (
    "listen_addresses=''", "fsync=off", "max_connections=60", "max_wal_senders=4", "wal_level=replica",
    "wal_retrieve_retry_interval=200ms",
)  # fmt: skip


def programs() -> str:
    """The folder of the newest PostgreSQL that Debian or the path has.

    Raises: EngineMissing.
    """
    found = sorted(glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    place = shutil.which("initdb")
    if not found and not place:
        raise EngineMissing("postgres", "PostgreSQL's server is not installed (Debian: postgresql)")
    return found[-1] if found else os.path.dirname(str(place))


class Server:
    """One cluster in a folder of its own, spoken to by a socket there."""

    def __init__(self, folder: Path, processors: Sequence[int] = ()) -> None:
        self.folder = folder
        self._data = folder / "data"
        self._processors = set(processors)
        self._user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        folder.mkdir()
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@/postgres?host={self.folder}"

    def make(self) -> None:
        """An empty primary."""
        self.call("initdb", "-D", str(self._data), "-A", "trust", "-U", USER, "-E", "UTF8", "--no-locale", "-N")

    def copy(self, primary: "Server") -> None:
        """A replica of a primary that runs: https://www.postgresql.org/docs/current/app-pgbasebackup.html."""
        self.call(
            "pg_basebackup",
            "-h",
            str(primary.folder),
            "-U",
            USER,
            "-D",
            str(self._data),
            "-R",
            "-c",
            "fast",
            "-X",
            "stream",
        )

    def start(self, options: Mapping[str, str] | None = None) -> None:
        """Start it, and wait until it answers; `options` are settings of postgresql.conf."""
        settings = [*_SETTINGS, *(f"{name}={value}" for name, value in (options or {}).items())]
        given = " ".join(f"-c {one}" for one in (f"unix_socket_directories={self.folder}", *settings))
        self.call("pg_ctl", "-D", str(self._data), "-w", "-l", str(self.folder / "log"), "-o", given, "start")

    def stop(self, mode: str = "immediate") -> None:
        """At once: sessions are cut."""
        self.call("pg_ctl", "-D", str(self._data), "-w", "-m", mode, "stop")

    @property
    def is_running(self) -> bool:
        return (self._data / "postmaster.pid").exists()

    def call(self, program: str, *arguments: str) -> str:
        """What a program of PostgreSQL prints.

        Raises: StorageError with its words.
        """
        command = [os.path.join(programs(), program), *arguments]
        owner = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}
        with tempfile.TemporaryFile() as output:  # a file, as the server would keep a pipe open
            done = subprocess.run(  # noqa: S603
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
                preexec_fn=self._pin, **owner,
            )  # type: ignore[call-overload]  # fmt: skip
            output.seek(0)
            told = output.read().decode(errors="replace")
        if done.returncode:
            raise StorageError(program, told)
        return told

    def _pin(self) -> None:
        if self._processors:
            os.sched_setaffinity(0, self._processors)


@contextmanager
def primary_and_replica(
    primary_on: Sequence[int] = (), replica_on: Sequence[int] = (), options: Mapping[str, str] | None = None
) -> Iterator[tuple[Server, Server]]:
    """Both, running; stopped and removed afterwards. `options` are settings of both."""
    folder = Path(tempfile.mkdtemp(prefix="undertone-oltp-"))
    folder.chmod(0o755)
    servers: list[Server] = []
    try:
        servers.append(Server(folder / "primary", primary_on))
        servers[0].make()
        servers[0].start(options)
        servers.append(Server(folder / "replica", replica_on))
        servers[1].copy(servers[0])
        servers[1].start(options)
        yield servers[0], servers[1]
    finally:
        for server in reversed(servers):
            if server.is_running:
                server.stop()
        shutil.rmtree(folder, ignore_errors=True)
