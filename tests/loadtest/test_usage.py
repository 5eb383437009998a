"""How busy a client is."""

import subprocess
import sys
import time

from loadtest.usage import Watch


def test_a_busy_process_uses_more_than_one_that_sleeps():
    """Whatever else the machine does; shares are never negative."""
    programs = ("while True: pass", "import time; time.sleep(60)")
    processes = [subprocess.Popen([sys.executable, "-c", program]) for program in programs]
    try:
        watches = [Watch(process.pid) for process in processes]
        busy = idle = watches[0].look()
        deadline = time.monotonic() + 30
        while busy.client <= idle.client and time.monotonic() < deadline:
            time.sleep(0.2)
            busy, idle = (watch.look() for watch in watches)
        assert busy.client > idle.client >= 0
        assert 0 <= busy.machine <= 1
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_a_client_that_is_gone_uses_nothing():
    """It may end between two looks."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        watch = Watch(process.pid)
        process.kill()
        process.wait()
    assert watch.look().client == 0.0
