"""A real PostgreSQL for tests: a throw-away cluster on a socket of its own, which can be stopped and started."""

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

import pytest


class Postgres:
    """A cluster in a folder of its own; root runs it as the user `postgres`, as the server refuses root."""

    def __init__(self, programs: str) -> None:
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

    def start_in(self, seconds: float) -> threading.Timer:
        """The server comes back by itself; who asked joins the thread before the cluster is removed."""
        timer = threading.Timer(seconds, self.start)
        timer.start()
        return timer

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=40"
        self._call("pg_ctl", "-D", str(self._data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """At once, as a machine that fails over: sessions are cut."""
        self._call("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        Path(f"{self.folder}.out").unlink()

    def _call(self, program: str, *arguments: str) -> None:
        command = [os.path.join(self._programs, program), *arguments]
        user = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}
        # a file, as pg_ctl's server would keep a pipe open
        with (self.folder.parent / f"{self.folder.name}.out").open("w+b") as output:
            done = subprocess.run(command, cwd="/", stdout=output, stderr=output, check=False, timeout=60, **user)
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program}: {output.read().decode(errors='replace')}")


@contextmanager
def cluster() -> Iterator[Postgres]:
    """One that is removed afterwards; where PostgreSQL is not installed, the test is skipped."""
    found = programs()
    if not found:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    made = Postgres(found)
    try:
        yield made
    finally:
        made.remove()


def programs() -> str | None:
    """The newest PostgreSQL that Debian or the path has."""
    found = sorted(glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    if found:
        return found[-1]
    place = shutil.which("initdb")
    return os.path.dirname(place) if place else None
