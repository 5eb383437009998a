"""Who takes part: the servers and the in-process runs, and how each is started.

Every server answers POST /predict with {"text": ...}; all on uvicorn have the same options.
Left out: starting them (`process`) and what is asked of them (the sections).
"""

import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from tempfile import gettempdir
from typing import NamedTuple

from . import machine

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PEERS_PYTHON = os.environ.get("BENCH_PEERS_PYTHON") or sys.executable
"""The interpreter that has bentoml, litserve and mlserver; they are never in the serving set."""
_UVICORN = (
    sys.executable, "-m", "uvicorn", "--host", "127.0.0.1", "--loop", "uvloop", "--http", "httptools", "--ws", "none",
    "--lifespan", "off", "--backlog", "16384", "--log-level", "warning", "--no-access-log", "--no-server-header",
    "--no-proxy-headers",
)  # fmt: skip
_GRANIAN = (
    sys.executable, "-m", "granian", "--host", "127.0.0.1", "--interface", "asgi", "--workers", "2", "--http", "1",
    "--loop", "uvloop", "--no-ws", "--backlog", "16384", "--log-level", "warning", "--no-access-log",
)  # fmt: skip
WORKERS_2 = "2 workers"


class Server(NamedTuple):
    """One HTTP server of the comparison."""

    name: str
    command: Callable[[int], tuple[str, ...]]
    """A port to the command that listens there on 127.0.0.1."""
    shared: bool = False
    """Several workers on both cores, which the client shares; else one core for each side."""
    flooded: bool = True
    slow: bool = False
    environ: Callable[[int], Mapping[str, str]] = lambda _port: {}


class InProcess(NamedTuple):
    """One way to answer without a server: a module of `inproc`."""

    name: str
    module: str
    slow: bool = False
    arguments: tuple[str, ...] = ()


ORIGINAL, EMPTY, BARE, OURS = (
    f"{what}, uvicorn" for what in ("Original", "Empty FastAPI + pydantic", "Bare ASGI constant", "Undertone")
)
EMPTY_GRANIAN, OURS_GRANIAN = f"Empty FastAPI + pydantic, granian {WORKERS_2}", f"Undertone, granian {WORKERS_2}"
CLASSIFY, CORE, DIRECT, HANDLER, MANGUM, ORIGINAL_TEXT, ORIGINAL_CALL, PYTHON = (
    "Undertone textmodel (standard library; many: NumPy)",
    "Undertone core, bytes in and out",
    "Undertone direct invoke",
    "Undertone Lambda handler, HTTP event",
    "Empty FastAPI + Mangum, HTTP event",
    "Original transform + predict",
    "Original with model(x) for predict",
    "Python alone, no work",
)
RULE_1, RULE_2 = "Rule 1, plain words", "Rule 2, domain tokens"
LABEL, TARGET, EXPLAIN, SENTENCES = "classify", "classify, another target", "explain", "by_sentence, 10 sentences"
DRIFT = InProcess("python -m textmodel drift", "drift")
STAGES = InProcess("Rule 2, its stages", "stages")
STAGES_SUM, WHOLE = "all stages, one after the other", "classify, undivided"


def servers() -> list[Server]:
    """Every server that can run here."""
    return [
        Server(ORIGINAL, _uvicorn("--factory", "benchmarks.servers.original:build"), slow=True),
        Server(EMPTY, _uvicorn("benchmarks.servers.empty_fastapi:app")),
        Server(BARE, _uvicorn("benchmarks.servers.bare_asgi:app"), flooded=False),
        Server(OURS, lambda _port: (sys.executable, "-m", "app"), environ=lambda port: {"PORT": str(port)}),
        Server(EMPTY_GRANIAN, _granian("benchmarks.servers.empty_fastapi:app"), shared=True, flooded=False),
        Server(
            OURS_GRANIAN,
            lambda _port: (sys.executable, "-m", "app.workers"),
            shared=True,
            environ=lambda port: {"PORT": str(port), "UNDERTONE_WORKERS": "2"},
        ),
        *_peers(),
    ]


def missing_peers() -> dict[str, str]:
    """Frameworks that are not installed, with the reason they are left out."""
    absent = [name for name, version in machine.peer_versions(PEERS_PYTHON).items() if version is None]
    reason = "not installed for the interpreter that BENCH_PEERS_PYTHON names (see requirements/peers.in)"
    return {", ".join(absent): reason} if absent else {}


def in_process() -> list[InProcess]:
    """Every in-process run that exists here; the Lambda handler takes part once it is written."""
    handler = [InProcess(HANDLER, "handler")] if importlib.util.find_spec("app.lambda_handler") else []
    return [
        InProcess(ORIGINAL_TEXT, "original_predict", slow=True),
        InProcess(ORIGINAL_CALL, "original_call", slow=True),
        InProcess(MANGUM, "empty_mangum"),
        InProcess(CLASSIFY, "classify"),
        InProcess(CORE, "core"),
        InProcess(DIRECT, "direct"),
        *handler,
    ]


def rules() -> list[InProcess]:
    """The classifier by each token rule."""
    return [InProcess(name, "rule", arguments=(number,)) for number, name in (("1", RULE_1), ("2", RULE_2))]


def options() -> list[InProcess]:
    """The classifier when it is asked for more than a label."""
    names = {"label": LABEL, "target": TARGET, "explain": EXPLAIN, "sentences": SENTENCES}
    return [InProcess(name, "options", arguments=(option,)) for option, name in names.items()]


def _uvicorn(*target: str) -> Callable[[int], tuple[str, ...]]:
    return lambda port: (*_UVICORN, "--port", str(port), *target)


def _granian(*target: str) -> Callable[[int], tuple[str, ...]]:
    return lambda port: (*_GRANIAN, "--port", str(port), *target)


def _peers() -> list[Server]:
    """The same classifier behind other serving frameworks, each with one worker."""
    versions, peers = machine.peer_versions(PEERS_PYTHON), "benchmarks.servers.peer_"
    bento = (PEERS_PYTHON, "-m", "bentoml", "serve", "-q", f"{peers}bentoml:Undertone", "--host", "127.0.0.1", "-p")
    lit = (PEERS_PYTHON, "-m", f"{peers}litserve", "--port")
    ml = (PEERS_PYTHON, "-m", "mlserver.cli.main", "start", "benchmarks/servers/mlserver")
    found = {
        "bentoml": Server(
            "Undertone's classifier, BentoML", lambda port: (*bento, str(port)), flooded=False, environ=_bentoml
        ),
        "litserve": Server("Undertone's classifier, LitServe", lambda port: (*lit, str(port)), flooded=False),
        "mlserver": Server("Undertone's classifier, MLServer", lambda _: ml, flooded=False, environ=_mlserver),
    }
    return [server for name, server in found.items() if versions[name]]


def _bentoml(_port: int) -> dict[str, str]:
    return {"BENTOML_DO_NOT_TRACK": "True", "BENTOML_HOME": os.path.join(gettempdir(), "bentoml")}


def _mlserver(port: int) -> dict[str, str]:
    return {
        "MLSERVER_HOST": "127.0.0.1",
        "MLSERVER_HTTP_PORT": str(port),
        "MLSERVER_GRPC_PORT": "0",
        "MLSERVER_METRICS_PORT": str(port),
        "MLSERVER_METRICS_ENDPOINT": "",
        "MLSERVER_PARALLEL_WORKERS": "0",
        "MLSERVER_DEBUG": "false",
        "MLSERVER_ENVIRONMENTS_DIR": gettempdir(),
    }
