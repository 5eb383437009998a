"""The folder in which the figures of several workers lie, a file a worker and kind, and how they are added up.

prometheus-client writes and adds them. Here is what it leaves to others: the counts of workers that died are kept
in one file a kind, so that a worker that dies again and again fills no disk, and whoever asks learns memory, CPU
and start of each worker that lives. Left out: what is counted (`metrics`).
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_OF_THE_DEAD = "dead"
_LIVING = "gauge_live"


class SharedFigures(Collector):
    """One worker's view of the folder."""

    def __init__(self, folder: str) -> None:
        os.makedirs(folder, exist_ok=True)
        self._folder = folder
        with self._alone():
            self._bury()

    def render(self) -> bytes:
        """The exposition of all workers, the dead ones' counts in it."""
        registry = CollectorRegistry()
        registry.register(self)
        MultiProcessCollector(registry, path=self._folder)  # type: ignore[no-untyped-call]
        with self._alone():
            self._bury()
            return generate_latest(registry)

    def collect(self) -> Iterable[Metric]:
        """Prometheus's usual figures of a process, for each worker that lives, by its `pid`."""
        families: dict[str, Metric] = {}
        for pid in sorted({pid for _, pid in self._files()}):
            for metric in ProcessCollector(pid=partial(str, pid), registry=None).collect():
                family = families.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type))
                for sample in metric.samples:
                    family.add_sample(sample.name, {**sample.labels, "pid": pid}, sample.value)
        return families.values()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody reads while files are added to each other, so that no count is seen twice or missed."""
        with open(os.path.join(self._folder, "lock"), "w", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _files(self) -> list[tuple[str, str]]:
        """Name and process id of every worker's file, such as counter_17.db."""
        names = sorted(name for name in os.listdir(self._folder) if name.endswith(".db"))
        pids = [(name, name.removesuffix(".db").rpartition("_")[2]) for name in names]
        return [(name, pid) for name, pid in pids if pid != _OF_THE_DEAD]

    def _bury(self) -> None:
        """Add the counts of workers that are no more to those of the dead, and forget what they were."""
        for name, pid in self._files():
            if _lives(int(pid)):
                continue
            path = os.path.join(self._folder, name)
            if not name.startswith(_LIVING):
                _add(path, os.path.join(self._folder, f"{name.partition('_')[0]}_{_OF_THE_DEAD}.db"))
            os.unlink(path)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


def _add(path: str, total_path: str) -> None:
    total = MmapedDict(total_path)  # type: ignore[no-untyped-call]
    for key, value, _time, _place in MmapedDict.read_all_values_from_file(path):  # type: ignore[no-untyped-call]
        total.write_value(key, total.read_value(key)[0] + value, 0.0)  # type: ignore[no-untyped-call]
    total.close()  # type: ignore[no-untyped-call]
