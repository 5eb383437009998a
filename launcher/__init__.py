"""Any Python project folder on the machine it needs: here, or on AWS Batch with nothing left behind.

    from launcher import run, remote

    result = run("my-project", "data/", "results/", vcpus=8, memory_gb=32)

What is offered is imported when it is first asked for, so that a command starts at once. Left out: the command line.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import remote, run
    from .errors import LauncherError
    from .flow import Result

__all__ = ["LauncherError", "Result", "remote", "run"]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    homes = {"run": ".api", "remote": ".api", "Result": ".flow", "LauncherError": ".errors"}
    if name not in homes:
        raise AttributeError(f"launcher offers no {name!r}")
    return getattr(import_module(homes[name], __name__), name)
