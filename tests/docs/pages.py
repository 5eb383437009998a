"""The pages of the documentation as programs: their commands, what stands under them, and the services they speak to.

    python -m tests.docs.pages docs/doors/http.md ...      runs the examples and writes their outputs into the pages

A `console` block is commands after `$ ` with their outputs; a `python` block is a program whose output is the `text`
block after it. In an output `...` stands for anything. `sh` blocks are not run. Left out: what is asserted.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx

from tests.app.serving import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
HANG_S = 180.0
_BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$(?:\n\n^```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^\$ (.*(?:\\\n.*)*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
SERVICES = {
    8000: ("-m", "app"),
    9000: ("-m", "loadtest.local_lambda", "--concurrency", "4", "--port", "{port}"),
}
"""What answers at each port that the pages name."""


class Example(NamedTuple):
    """A command or a program, what it prints, and where that stands in its page."""

    page: str
    kind: str
    source: str
    output: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """For a list of tests.

        >>> Example("docs/a.md", "console", "make help", "", 0, 0).name
        'docs/a.md: make help'
        """
        return f"{self.page}: {' '.join(self.source.split())[:60]}"

    def matches(self, printed: str) -> bool:
        """Whether this was printed, but for what `...` leaves open and the last line's end."""
        pattern = ".*?".join(map(re.escape, self.output.rstrip("\n").split("...")))
        return re.fullmatch(pattern, printed.rstrip("\n"), re.DOTALL) is not None


def examples(path: Path) -> list[Example]:
    """Every console command and every Python program of a page, in order."""
    page, found = path.read_text(encoding="utf-8"), []
    name = str(path.relative_to(ROOT))
    for block in _BLOCK.finditer(page):
        kind, source, output = block.groups()
        if kind == "python":
            found.append(
                Example(name, kind, source, output or "", *(block.span(3) if output is not None else (-1, -1)))
            )
            continue
        for command in _COMMAND.finditer(source):
            start = block.start(2) + command.start(2)
            found.append(Example(name, kind, command[1], command[2], start, start + len(command[2])))
    return found


def run(example: Example, ports: dict[int, int]) -> str:
    """What the example prints, as if its services had the ports that it names.

    Raises: AssertionError when it fails or writes to standard error.
    """
    source = example.source
    for port, real in ports.items():
        source = source.replace(f"127.0.0.1:{port}", f"127.0.0.1:{real}")
    command = [sys.executable, "-c", source] if example.kind == "python" else ["bash", "-c", source]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=_environment(), check=False, timeout=HANG_S
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{source}\n{done.returncode} {done.stderr}"
    printed = done.stdout
    for port, real in ports.items():
        printed = printed.replace(f"127.0.0.1:{real}", f"127.0.0.1:{port}")
    return printed


def _environment() -> dict[str, str]:
    """A person's shell: no outer make, the environment's own commands, credentials that open nothing."""
    outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONWARNINGS")
    kept = {n: v for n, v in os.environ.items() if n not in outer and not n.startswith(("UNDERTONE_", "AWS_"))}
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }


@contextmanager
def services(named: set[int], free_port: Callable[[], int]) -> Iterator[dict[int, int]]:
    """The services at these ports, each at a real one that is free."""
    with ExitStack() as stack:
        yield {port: stack.enter_context(_service(port, free_port())) for port in sorted(named)}


@contextmanager
def _service(port: int, real: int) -> Iterator[int]:
    command = [sys.executable, *(part.replace("{port}", str(real)) for part in SERVICES[port])]
    environment = _environment() | {"PORT": str(real), "UNDERTONE_LOG_REQUESTS": "0"}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(real, server)
        yield real
    finally:
        server.terminate()
        server.wait(HANG_S)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + HANG_S
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/livez", timeout=HANG_S, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"no answer from {server.args!r}")


def named_ports(found: list[Example]) -> set[int]:
    """The ports of services that the examples speak to."""
    return {port for port in SERVICES for example in found if f"127.0.0.1:{port}" in example.source}


def fill(path: Path, ports: dict[int, int]) -> int:
    """Write what its examples print into a page, where it is not what stands there; gives how many were changed."""
    page, changed = path.read_text(encoding="utf-8"), 0
    done = [(example, run(example, ports)) for example in examples(path)]
    for example, printed in reversed(done):
        if example.start >= 0 and not example.matches(printed):
            text = printed.rstrip("\n") + "\n" if printed else ""
            page, changed = page[: example.start] + text + page[example.end :], changed + 1
    path.write_text(page, encoding="utf-8")
    return changed


def main(names: list[str]) -> None:
    """Fill the pages that are named."""
    for name in names:
        path = Path(name).resolve()
        with services(named_ports(examples(path)), free_port) as ports:
            print(f"{name}: {fill(path, ports)} outputs written")


if __name__ == "__main__":
    main(sys.argv[1:])
