"""A run as the runner finds it: blobs and a manifest in a folder, and the runner started on it as the engines do."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from launcher.engines.local import RUNNER
from tests.launcher.local.conftest import until

RUN = "runs/20260102-101500-ab12"


class Placed:
    """A run below `root` with its code and input."""

    def __init__(self, root: Path, code: Mapping[str, str], given: Mapping[str, str | bytes], **more: Any) -> None:
        self.root = root
        (root / "blobs").mkdir(parents=True)
        (root / RUN).mkdir(parents=True)
        self.manifest = {
            "version": 1, "entry": "main.py", "python": "3.12", "requirements_sha256": "", "image_key": "",
            "results": f"{RUN}/results", "timeout_s": 600, "env": {}, "input_is_file": False, "budget_s": None,
            "code": [self.blob(path, text) for path, text in code.items()],
            "input": [self.blob(path, text) for path, text in given.items()], **more,
        }  # fmt: skip
        self.write()

    def blob(self, path: str, content: str | bytes) -> dict[str, Any]:
        plain = content.encode() if isinstance(content, str) else content
        sha = sha256(plain).hexdigest()
        (self.root / "blobs" / sha).write_bytes(plain)
        return {"path": path, "sha256": sha, "size_bytes": len(plain), "executable": path.endswith(".sh")}

    def write(self, **changed: Any) -> None:
        (self.root / RUN / "manifest.json").write_text(json.dumps({**self.manifest, **changed}))

    def start(self, **env: str) -> subprocess.Popen[bytes]:
        """The runner, in a session of its own as an engine starts it; what it says is in `log`."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("LAUNCHER_", "AWS_"))}
        with (self.root / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, RUNNER, str(self.root / RUN / "manifest.json")],
                env={**plain, "TMPDIR": str(self.root.parent), **env}, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def run(self, **env: str) -> int:
        with self.start(**env) as process:
            return process.wait(60)

    def tell(self, number: signal.Signals, **env: str) -> int:
        """Start it, send a signal when the script says "ready", and wait."""
        with self.start(**env) as process:
            until(lambda: "ready\n" in self.log, "the script")
            process.send_signal(number)
            return process.wait(60)

    @property
    def log(self) -> str:
        return (self.root / "log").read_text(encoding="utf-8")

    def record(self, number: int = 1) -> dict[str, Any]:
        return json.loads((self.root / RUN / f"attempts/{number:04}.json").read_text())

    @property
    def listed(self) -> dict[str, Any]:
        return json.loads((self.root / RUN / "results.json").read_text())

    @property
    def results(self) -> dict[str, bytes]:
        """What stands in storage, by path."""
        folder = self.root / RUN / "results"
        return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
