"""How a command that only prints ends when nobody reads on, as with `| head`: without a word.

Left out: what it prints.
"""

import os
import sys
from collections.abc import Callable


def exit_code(main: Callable[[], int]) -> int:
    """That of `main`; 0 where the reader has seen enough."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to be flushed goes nowhere
        return 0
    return code
