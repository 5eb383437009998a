"""The code as one archive: the rooms that the job needs and the artifacts, the same bytes for the same files.

Left out: packages, which the image holds, and where the archive goes (`planning`).
"""

import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = ("batch", "store", "textmodel", "saved_model", "vectorizer")
_LEFT_OUT = {".pyc", ".png", ".svg", ".ipynb"}


def pack(root: Path = ROOT) -> bytes:
    """A .tar.gz of what runs, without times and owners, so that equal code has an equal hash."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as files:
        for path in _files(root):
            content = path.read_bytes()
            entry = tarfile.TarInfo(path.relative_to(root).as_posix())
            entry.size, entry.mode = len(content), 0o644
            files.addfile(entry, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), mtime=0)


def _files(root: Path) -> Iterator[Path]:
    for part in PARTS:
        for path in sorted((root / part).rglob("*")):
            if path.is_file() and path.suffix not in _LEFT_OUT and "__pycache__" not in path.parts:
                yield path
