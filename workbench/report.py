"""A report as one HTML page that needs nothing else, its pictures inside, and beside it each picture as PNG.

Left out: what is on it (`commands`), and the pictures (`plots`).
"""

import base64
import html
import os
from collections.abc import Sequence
from typing import NamedTuple

from .errors import StorageError

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #24292f; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; margin: 1rem 0; }}
th, td {{ padding: .25rem .8rem; border-bottom: 1px solid #ddd; text-align: right; }}
th:first-child, td:first-child {{ text-align: left; }}
img {{ max-width: 100%; height: auto; }}
</style></head><body>
<h1>{title}</h1>
{body}
</body></html>
"""


class Section(NamedTuple):
    """A title and what stands below it: sentences, a table whose first row is its head, a picture with its words."""

    title: str
    sentences: Sequence[str] = ()
    table: Sequence[Sequence[str]] = ()
    picture: bytes | None = None
    alternative: str = ""
    """What the picture shows, for who cannot see it; its numbers stand in a table."""


def write(folder: str, name: str, title: str, sections: Sequence[Section]) -> list[str]:
    """`name`.html and `name`-1.png, ... in a folder that is made where it is not; their paths, the page's first.

    Raises: StorageError.
    """
    pictures = [section.picture for section in sections if section.picture]
    files = {f"{name}.html": page(title, sections).encode()}
    files |= {f"{name}-{number}.png": picture for number, picture in enumerate(pictures, 1)}
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise StorageError(folder, error.strerror or str(error)) from error
    return [put(os.path.join(folder, file), content) for file, content in files.items()]


def page(title: str, sections: Sequence[Section]) -> str:
    """The page's HTML; every text of the data is escaped."""
    return _PAGE.format(title=html.escape(title), body="\n".join(map(_section, sections)))


def _section(section: Section) -> str:
    parts = [f"<h2>{html.escape(section.title)}</h2>", *(f"<p>{html.escape(line)}</p>" for line in section.sentences)]
    if section.table:
        parts.append(_table(section.table))
    if section.picture:
        data = base64.b64encode(section.picture).decode()
        parts.append(f'<img src="data:image/png;base64,{data}" alt="{html.escape(section.alternative)}">')
    return "\n".join(parts)


def _table(rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in rows[0])
    body = "\n".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"


def put(path: str, content: bytes) -> str:
    """The whole file in its place, or nothing; its path.

    Raises: StorageError.
    """
    beside = f"{path}.{os.getpid()}.tmp"
    try:
        with open(beside, "wb") as file:
            file.write(content)
        os.replace(beside, path)
    except OSError as error:
        raise StorageError(path, error.strerror or str(error)) from error
    finally:
        if os.path.exists(beside):
            os.unlink(beside)
    return path
