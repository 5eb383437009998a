"""A pyarrow file system that counts the bytes that are read from it: what travelled from a bucket, measured.

Left out: writing; an engine reads.
"""

from threading import Lock
from typing import Any

import pyarrow as pa
from pyarrow import fs


class Counter:
    """Bytes so far; readers of many threads add to it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.size_bytes = 0

    def add(self, size_bytes: int) -> None:
        with self._lock:
            self.size_bytes += size_bytes


class _File:
    """A file for `pa.PythonFile`, which tells each read."""

    mode = "rb"

    def __init__(self, file: Any, counter: Counter) -> None:
        self._file, self._counter = file, counter

    def read(self, size: int = -1) -> bytes:
        found = bytes(self._file.read(None if size < 0 else size))
        self._counter.add(len(found))
        return found

    def seek(self, place: int, whence: int = 0) -> int:
        return int(self._file.seek(place, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def size(self) -> int:
        return int(self._file.size())

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    @property
    def closed(self) -> bool:
        return bool(self._file.closed)

    def close(self) -> None:
        self._file.close()

    def flush(self) -> None:
        """Nothing is written."""


class _Handler(fs.FileSystemHandler):  # type: ignore[misc]
    """Reading goes to the file system that it wraps; what would change one is refused."""

    def __init__(self, inner: Any, counter: Counter) -> None:
        self._inner, self._counter = inner, counter

    def get_type_name(self) -> str:
        return f"counted {self._inner.type_name}"

    def normalize_path(self, path: str) -> str:
        return str(self._inner.normalize_path(path))

    def get_file_info(self, paths: list[str]) -> Any:
        return self._inner.get_file_info(paths)

    def get_file_info_selector(self, selector: Any) -> Any:
        return self._inner.get_file_info(selector)

    def open_input_file(self, path: str) -> Any:
        return pa.PythonFile(_File(self._inner.open_input_file(path), self._counter), mode="r")

    def open_input_stream(self, path: str) -> Any:
        return self.open_input_file(path)

    def _refused(self, *_: Any, **__: Any) -> Any:
        raise OSError("this file system is read from only")

    create_dir = delete_dir = delete_dir_contents = delete_root_dir_contents = delete_file = _refused
    move = copy_file = open_output_stream = open_append_stream = _refused


def counted(inner: Any, counter: Counter) -> Any:
    """The file system, with its reads counted."""
    return fs.PyFileSystem(_Handler(inner, counter))
