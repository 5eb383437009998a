"""The machine and the versions of a run, and which cores a process gets.

Left out: names, paths and addresses of the machine; a report tells what it is, not where.
"""

import json
import os
import platform
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "fastapi", "starlette", "pydantic", "uvicorn", "uvloop", "httptools", "granian", "mangum", "msgspec", "numpy",
    "prometheus-client", "scikit-learn", "tensorflow-cpu", "keras",
)  # fmt: skip
PEERS = ("bentoml", "litserve", "mlserver")
_ASK_VERSIONS = """
import json, sys
from importlib.metadata import PackageNotFoundError, version
def ask(name):
    try: return version(name)
    except PackageNotFoundError: return None
print(json.dumps({n: ask(n) for n in sys.argv[1:]}))
"""
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = {CORES[0]}, {CORES[-1]}
ALL_CORES = set(CORES[:1] + CORES[-1:])
"""What several workers share with the client: two cores, or the one there is."""


@contextmanager
def on_cores(cores: set[int]) -> Iterator[None]:
    """Processes started inside stay on `cores`."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def allow_many_files() -> int:
    """A connection is a file: take what the system gives, for this process and those it starts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def describe() -> list[tuple[str, str]]:
    """Names and values for the head of the report."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    one_core = "" if len(CORES) > 1 else "; one core only: server and client share it"
    return [
        ("CPU", f"{_cpu()}, {len(CORES)} cores used by this run{one_core}"),
        ("Memory", f"{memory_gb:.0f} GB"),
        ("System", f"{platform.system()} {platform.release().partition('-')[0]}, {platform.machine()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("Packages", ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name)))),
    ]


def limits() -> str:
    """What the system allows a flood."""
    low, high = _kernel("net/ipv4/ip_local_port_range").split()
    return (
        f"{resource.getrlimit(resource.RLIMIT_NOFILE)[1]:,} open files a process, "
        f"{int(high) - int(low) + 1:,} ports for connections to one address, "
        f"{int(_kernel('net/core/somaxconn')):,} connections waiting to be accepted (somaxconn), "
        f"{int(_kernel('net/ipv4/tcp_max_syn_backlog')):,} half open (tcp_max_syn_backlog)"
    )


def peer_versions(python: str) -> dict[str, str | None]:
    """The versions of the other serving frameworks in the interpreter `python`; None where absent."""
    done = subprocess.run(
        [python, "-c", _ASK_VERSIONS, *PEERS], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        return dict.fromkeys(PEERS)
    found: dict[str, str | None] = json.loads(done.stdout)
    return found


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _cpu() -> str:
    with open("/proc/cpuinfo") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def _kernel(name: str) -> str:
    with open(f"/proc/sys/{name}") as file:
        return file.read().strip()
