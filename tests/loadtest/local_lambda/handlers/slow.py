"""A function whose import takes as long as SLOW_INIT_S says; once, where ONCE names a file that is not there."""

import os
import time
from pathlib import Path
from typing import Any

once = os.environ.get("ONCE")
if not once or not Path(once).exists():
    if once:
        Path(once).touch()
    time.sleep(float(os.environ["SLOW_INIT_S"]))


def handler(_event: Any, _context: Any) -> Any:
    return "ready"
