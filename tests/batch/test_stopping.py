"""Signals: the first one asks to stop, and shells learn which it was."""

import os
import signal

import pytest

from batch.stopping import listening


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_first_signal_asks_to_stop(number: signal.Signals, code: int):
    """With its own exit code, whatever comes after it."""
    before = signal.getsignal(number)
    with listening() as stop:
        assert (stop.is_set(), stop.code) == (False, 0)
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), signal.SIGTERM)
        assert (stop.is_set(), stop.code) == (True, code)
    assert signal.getsignal(number) is before


def test_a_second_ctrl_c_ends_at_once():
    """A person need not wait for what is in hand."""
    with listening() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        assert stop.code == 130
