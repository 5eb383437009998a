"""`python -m batch`: the commands of this room, which `commands.app` holds.

The processes of a run import this module too, and need none of them. Left out: the commands.
"""

import os
import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # imports take a second, in which nothing can be lost
    from .commands.app import app

    signal.signal(signal.SIGINT, signal.default_int_handler)
    app(prog_name="python -m batch")
