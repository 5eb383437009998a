"""What the workbench is told, as one frozen value: argument over environment over workbench.toml over default.

    engine = "duckdb"            # or postgres, spark, athena                UNDERTONE_WORKBENCH_ENGINE
    folder = ".workbench"        # runs, cache, extracts                     UNDERTONE_WORKBENCH_FOLDER
    seed = 0                     #                                           UNDERTONE_WORKBENCH_SEED
    bucket = ""                  # extracts and media models of jobs         UNDERTONE_WORKBENCH_BUCKET
    [store]
    url = "sqlite:///workbench.db"   # or postgresql://...                   UNDERTONE_WORKBENCH_STORE
    replica = ""                     # reads go here when set                UNDERTONE_WORKBENCH_REPLICA
    [sources.train]
    path = "data/emotion/"       # Parquet: a file, a folder, s3://; or a CSV file
    [sources.posts]
    table = "post"               # of the operational database
    version = "rows"             # or "log", "column updated_at": how it is told that a table has changed (`versions`)
    [limits]
    bytes_per_query = "1GB"      #                                           UNDERTONE_WORKBENCH_BYTES_PER_QUERY
    [athena]
    workgroup = "analysts"       # and database, output, region

Paths are seen from the folder of workbench.toml. Left out: what is in the sources (`catalog`).
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .errors import SettingsError, UnknownSource

FILE = "workbench.toml"
PREFIX = "UNDERTONE_WORKBENCH_"
ENGINES = ("duckdb", "postgres", "spark", "athena")
_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_KNOWN = {
    "": ("engine", "folder", "seed", "bucket", "store", "sources", "limits", "athena"),
    "store": ("url", "replica"),
    "limits": ("bytes_per_query",),
    "athena": ("workgroup", "database", "output", "region"),
    "sources": ("path", "table", "delimiter", "encoding", "version"),
}
Kind = Literal["parquet", "csv", "table"]


@dataclass(frozen=True)
class SourceSpec:
    """A source as it was named: `address` is a path, an s3:// URL or the name of a table."""

    name: str
    kind: Kind
    address: str
    delimiter: str | None = None
    """Of a CSV file; None is found out, as is the encoding."""
    encoding: str | None = None
    version: str = "rows"
    """Of a table of PostgreSQL, how it is found: rows, log, or column NAME (`versions`)."""


@dataclass(frozen=True)
class Athena:
    """Where Athena runs; `output` is an s3:// URL unless the workgroup has one of its own."""

    workgroup: str = "primary"
    database: str = "default"
    output: str = ""
    region: str = ""


@dataclass(frozen=True)
class Settings:
    """All of it; `replica` "" is none."""

    store: str = "sqlite:///workbench.db"
    replica: str = ""
    sources: Mapping[str, SourceSpec] = field(default_factory=dict)
    engine: str = "duckdb"
    bytes_per_query: int = 10**9
    folder: str = ".workbench"
    seed: int = 0
    bucket: str = ""
    """Of outputs on AWS: what jobs selected and trained is looked for there where it is not here."""
    athena: Athena = Athena()

    def source(self, name: str) -> SourceSpec:
        """The source of a name; `store.<table>` is any table of the operational database.

        Raises: UnknownSource.
        """
        if name in self.sources:
            return self.sources[name]
        if name.startswith("store.") and name.removeprefix("store."):
            return SourceSpec(name, "table", name.removeprefix("store."))
        raise UnknownSource(name, [*self.sources, "store.<table>"])

    @property
    def reads(self) -> str:
        """The database that reading goes to."""
        return self.replica or self.store


def load(path: str | None = None, environ: Mapping[str, str] = os.environ, **arguments: Any) -> Settings:
    """The settings; `path` None is workbench.toml of this folder where it is there; arguments of None do not count.

    Raises: SettingsError, naming the file and the key, the variable or the option.
    """
    place = path or FILE
    read = _read(place) if path or os.path.exists(place) else {}
    settings = _from_file(read, place)
    for name in ("store", "replica", "engine", "bytes_per_query", "folder", "seed", "bucket"):
        if (text := environ.get(PREFIX + name.upper())) not in (None, ""):
            settings = _with(settings, name, text, PREFIX + name.upper())
        if arguments.get(name) is not None:
            settings = _with(settings, name, arguments[name], f"--{name.replace('_', '-')}")
    return settings


def parse_bytes(text: str | int, place: str) -> int:
    """A number of bytes, in powers of 1,000.

    >>> parse_bytes("1.5GB", "limits"), parse_bytes("200 kB", "limits"), parse_bytes(7, "limits")
    (1500000000, 200000, 7)

    Raises: SettingsError.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kKMGT]?B?)", str(text).strip())
    unit = found[2].upper() if found else "?"
    if found is None or (unit and not unit.endswith("B")) or float(found[1]) <= 0:
        raise SettingsError(place, "a number of bytes such as 1GB or 200MB", repr(text))
    return int(float(found[1]) * _UNITS[unit])


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise SettingsError(path, "a TOML file with sources", "no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(path, "a TOML file with sources", str(error)) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(path, "TOML", str(error)) from error


def _from_file(read: dict[str, Any], place: str) -> Settings:
    home = os.path.dirname(os.path.abspath(place))
    _only(read, "", place)
    sections = {name: _section(read, name, place) for name in ("store", "limits", "athena", "sources")}
    for name in ("store", "limits", "athena"):
        _only(sections[name], name, place)
    settings = Settings(folder=os.path.join(home, Settings.folder), store=_at(home, Settings.store))
    given = {
        "store": sections["store"].get("url"), "replica": sections["store"].get("replica") or None,
        "bytes_per_query": sections["limits"].get("bytes_per_query"),
        "bucket": read.get("bucket") or None,
        **{name: read.get(name) for name in ("engine", "folder", "seed")},
    }  # fmt: skip
    for name, value in given.items():
        if value is not None:
            settings = _with(settings, name, value, f"{place}: {name}", home)
    sources = {name: _source(name, value, place, home) for name, value in sections["sources"].items()}
    athena = Athena(**{key: _text(value, f"{place}: athena.{key}") for key, value in sections["athena"].items()})
    return replace(settings, sources=sources, athena=athena)


def _section(read: dict[str, Any], name: str, place: str) -> dict[str, Any]:
    found = read.get(name, {})
    if not isinstance(found, dict):
        raise SettingsError(f"{place}: {name}", f"a section [{name}]", repr(found))
    return found


def _only(found: Mapping[str, Any], section: str, place: str, name: str = "") -> None:
    known = _KNOWN[section]
    for key in found:
        if key not in known:
            raise SettingsError(f"{place}: {name or section or 'top level'}", f"one of {', '.join(known)}", repr(key))


def _source(name: str, value: Any, place: str, home: str) -> SourceSpec:
    where = f"{place}: sources.{name}"
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise SettingsError(where, "a name of letters, digits and _", repr(name))
    if not isinstance(value, dict) or ("path" in value) == ("table" in value):
        raise SettingsError(where, "either path or table", repr(value))
    _only(value, "sources", place, f"sources.{name}")
    texts = {key: _text(text, f"{where}.{key}") for key, text in value.items()}
    csv: dict[str, Any] = {"delimiter": texts.get("delimiter"), "encoding": texts.get("encoding")}
    version = texts.get("version", SourceSpec.version)
    if not re.fullmatch(r"rows|log|column \S.*", version) or ("version" in texts and "table" not in texts):
        raise SettingsError(f"{where}.version", "rows, log or column NAME, of a table", repr(version))
    if "table" in texts:
        return SourceSpec(name, "table", texts["table"], **csv, version=version)
    return SourceSpec(name, _kind(texts["path"]), _at(home, texts["path"]), **csv)


def _kind(path: str) -> Kind:
    """By the name's end: a CSV file has one of three, all else is Parquet."""
    return "csv" if path.lower().endswith((".csv", ".tsv", ".txt")) else "parquet"


def _at(home: str, address: str) -> str:
    """A path, or a SQLite file's URL, seen from `home`; other URLs as they are."""
    if address.startswith("sqlite:///") and not address.startswith("sqlite:////"):
        return "sqlite:///" + os.path.join(home, address.removeprefix("sqlite:///"))
    return address if "://" in address else os.path.join(home, address)


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise SettingsError(place, "a text", repr(value))
    return value


def _with(settings: Settings, name: str, value: Any, place: str, home: str = "") -> Settings:
    """One setting replaced, checked."""
    match name:
        case "bytes_per_query":
            return replace(settings, bytes_per_query=parse_bytes(value, place))
        case "seed":
            return replace(settings, seed=_seed(value, place))
        case "engine":
            if value not in ENGINES:
                raise SettingsError(place, f"one of {', '.join(ENGINES)}", repr(value))
            return replace(settings, engine=value)
        case "bucket":
            return replace(settings, bucket=_text(value, place).removeprefix("s3://").rstrip("/"))
        case _:
            text: Any = _at(home, _text(value, place)) if home else _text(value, place)
            return replace(settings, **{name: text})


def _seed(value: Any, place: str) -> int:
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,9}", text):
        raise SettingsError(place, "a whole number from 0 to 999999999", repr(value))
    return int(text)
