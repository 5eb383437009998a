"""The code as one archive: the rooms that the job needs and the artifacts, the same bytes for the same files.

Left out: packages, which the image holds, and where the archive goes (`planning`).
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = ("batch", "store", "textmodel", "saved_model", "vectorizer")
_LEFT_OUT = {".pyc", ".png", ".svg", ".ipynb"}


def pack(root: Path = ROOT) -> bytes:
    """A ZIP file of what runs, without times and owners, so that equal code has an equal hash."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for path in _files(root):
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix())  # of 1980, the first time that ZIP knows
            entry.compress_type = zipfile.ZIP_DEFLATED
            files.writestr(entry, path.read_bytes())
    return packed.getvalue()


def _files(root: Path) -> Iterator[Path]:
    for part in PARTS:
        for path in sorted((root / part).rglob("*")):
            if path.is_file() and path.suffix not in _LEFT_OUT and "__pycache__" not in path.parts:
                yield path
