"""Run ids and the list of runs that this machine started, whatever engine has them.

    STATE/runs/<run id>/run.json

Left out: what an engine keeps beside it.
"""

import json
import os
import shutil
import time
from dataclasses import asdict

from .engines.protocol import Ended, Known, State, Status
from .errors import EngineError, UnknownRun
from .names import RUN_ID

_RECORD = "run.json"


def new_id(now_s: float, token: str) -> str:
    """A name that sorts by time; `token` is four random letters or digits.

    >>> new_id(1798797600.0, "k3x9")
    '20270101-100000-k3x9'
    """
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now_s))}-{token}"


def folder(state: str, run_id: str) -> str:
    """Where all about a run is; the id comes from a person, so it is checked first.

    Raises: UnknownRun.
    """
    if not RUN_ID.fullmatch(run_id):
        raise UnknownRun(run_id)
    return os.path.join(state, "runs", run_id)


def write(state: str, known: Known) -> None:
    """Note a run, so that every later command finds it.

    Raises: EngineError where the state's folder cannot be written.
    """
    where = folder(state, known.run_id)
    try:
        os.makedirs(where, exist_ok=True)
        with open(os.path.join(where, f"{_RECORD}.part"), "w", encoding="utf-8") as file:
            json.dump(asdict(known), file, ensure_ascii=False, indent=1)
        os.replace(file.name, os.path.join(where, _RECORD))
    except OSError as error:
        raise EngineError(f"{error.filename or where} cannot be written: {error.strerror}",
                          "name another folder with LAUNCHER_STATE") from error  # fmt: skip


def read(state: str, run_id: str) -> Known:
    """Raises: UnknownRun, EngineError where its record is damaged."""
    where = os.path.join(folder(state, run_id), _RECORD)
    try:
        with open(where, encoding="utf-8") as file:
            plain = json.load(file)
        return Known(**{**plain, "ended": Ended.read(plain["ended"]) if plain.get("ended") else None})
    except FileNotFoundError:
        raise UnknownRun(run_id) from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EngineError(f"{where} is damaged: {error}", "remove its folder") from error


def forget(state: str, run_id: str) -> None:
    """Nothing here is left of a run."""
    shutil.rmtree(folder(state, run_id), ignore_errors=True)


def known(state: str) -> list[Known]:
    """Every run, the newest first; without a record it is none, with a damaged one it is told as failed."""
    try:
        names = sorted(os.listdir(os.path.join(state, "runs")), reverse=True)
    except FileNotFoundError:
        return []
    has = [n for n in names if RUN_ID.fullmatch(n) and os.path.exists(os.path.join(state, "runs", n, _RECORD))]
    return [_read_or_told(state, name) for name in has]


def _read_or_told(state: str, run_id: str) -> Known:
    try:
        return read(state, run_id)
    except EngineError as error:  # one bad record hides no other run
        return Known(run_id, "", "", 0.0, "", ended=Ended(Status(State.FAILED, f"{error}; {error.fix}"), None))
