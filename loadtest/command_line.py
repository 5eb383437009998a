"""How a command of this room begins and ends: what is wrong with an option is one line, as with `| head` nothing.

Left out: the options themselves, and what they may hold (`arguments`).
"""

import argparse
import os
import sys
from collections.abc import Callable
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """Argparse's, which says in one line what is wrong and leaves the list of all options to --help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help tells all options)\n")


def exit_code(main: Callable[[], int]) -> int:
    """That of `main`; 0 where the reader of its output has seen enough."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to be flushed goes nowhere
        return 0
    return code
