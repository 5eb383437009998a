"""Three functions that each engine spells otherwise, and the SQL of an expression with each in the engine's spelling.

    hash60(text)      the first 15 hexadecimal digits of SHA-256 of the text as UTF-8, as a number below 2^60
    bytewise(text)    the text, ordered by its bytes and not by the database's language
    exact(decimal)    a whole decimal number as the nearest float64, rounded once

Left out: which expressions may be used (`expressions`), and asking an engine (its own module).
"""

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql import compilers

from ..errors import EngineError

COMPILERS = {"duckdb": "duckdb", "postgres": "postgres", "spark": "pyspark", "athena": "athena"}


@ibis.udf.scalar.builtin(name="undertone_hash60")  # type: ignore[untyped-decorator]
def hash60(text: str) -> int:
    """See the module; `int(sha256(text.encode()).hexdigest()[:15], 16)` in Python."""
    raise NotImplementedError(text)


@ibis.udf.scalar.builtin(name="undertone_bytewise")  # type: ignore[untyped-decorator]
def bytewise(text: str) -> str:
    """See the module."""
    raise NotImplementedError(text)


def exact(whole: Any) -> Any:
    """By way of text, as each engine rounds a decimal's digits correctly, but not each a 128-bit number."""
    return whole.cast("string").cast("float64")


def compiled(expr: Any, engine: str, places: Mapping[str, sge.Expr] | None = None) -> sge.Expr:
    """The tree of SQL; `places` says what stands for each source's name.

    Raises: EngineError where the engine has no such operation.
    """
    compiler = getattr(compilers, COMPILERS[engine]).compiler
    try:
        tree: sge.Expr = compiler.to_sqlglot(_ordered(expr.as_table()))
    except (ibis.common.exceptions.IbisError, NotImplementedError) as error:
        raise EngineError(engine, f"cannot compute this expression: {error}") from error
    _listed(tree)
    tree = tree.copy()  # as one node may stand in two places, and has one parent only
    for node in reversed(list(tree.find_all(sge.Anonymous))):  # inner ones first
        node.replace(_lowered(node, engine))
    for table in list(tree.find_all(sge.Table)) if places else ():
        table.replace(_placed(table, places or {}))
    return tree


def text(tree: sge.Expr, engine: str) -> str:
    """SQL as this engine reads it."""
    return tree.sql(getattr(compilers, COMPILERS[engine]).compiler.dialect)


def _listed(node: sge.Expr) -> None:
    """Children that ibis gave as tuples (a window's order) made lists: sqlglot walks through lists alone."""
    for key, value in node.args.items():
        if isinstance(value, tuple):
            node.set(key, list(value))
        for child in node.args[key] if isinstance(node.args[key], list) else [node.args[key]]:
            if isinstance(child, sge.Expr):
                _listed(child)


def _ordered(table: Any) -> Any:
    """The expression with every order of texts made bytewise, in windows too."""

    def keyed(node: Any, changed: dict[str, Any] | None) -> Any:
        new = node.__recreate__(changed) if changed else node
        if isinstance(new, ops.SortKey) and new.arg.dtype.is_string():
            return new.copy(arg=bytewise(new.arg.to_expr()).op())
        return new

    return table.op().replace(keyed).to_expr()


def _lowered(node: sge.Expr, engine: str) -> sge.Expr:
    if not isinstance(node, sge.Anonymous):
        return node
    match str(node.this).lower():
        case "undertone_hash60":
            return _hash60(node.expressions[0], engine)
        case "undertone_bytewise" if engine == "postgres":
            return sge.Collate(this=node.expressions[0].copy(), expression=sge.to_identifier("C", quoted=True))
        case "undertone_bytewise":
            plain: sge.Expr = node.expressions[0].copy()
            return plain
        case _:
            return node


def _hash60(of: sge.Expr, engine: str) -> sge.Expr:
    """Each is SHA-256 of UTF-8 and a conversion from hexadecimal."""
    number, digits, raw = sge.convert, of, of
    match engine:
        case "duckdb":
            digits = _joined("0x", _first(sge.Anonymous(this="SHA256", expressions=[of])))
            return sge.cast(digits, "BIGINT")
        case "postgres":
            raw = sge.Anonymous(this="CONVERT_TO", expressions=[of, number("UTF8")])
            digits = _first(
                sge.Anonymous(
                    this="ENCODE", expressions=[sge.Anonymous(this="SHA256", expressions=[raw]), number("hex")]
                )
            )
            bits = sge.cast(_joined("x", digits), "BIT(60)", dialect="postgres")
            return sge.cast(bits, "BIGINT")
        case "spark":
            digits = _first(sge.Anonymous(this="SHA2", expressions=[of, number(256)]))
            return sge.cast(sge.Anonymous(this="CONV", expressions=[digits, number(16), number(10)]), "BIGINT")
        case _:
            raw = sge.Anonymous(this="SHA256", expressions=[sge.Anonymous(this="TO_UTF8", expressions=[of])])
            digits = _first(sge.Anonymous(this="TO_HEX", expressions=[raw]))
            return sge.Anonymous(this="FROM_BASE", expressions=[digits, number(16)])


def _joined(prefix: str, digits: sge.Expr) -> sge.Expr:
    return sge.Paren(this=sge.DPipe(this=sge.convert(prefix), expression=digits))


def _first(digits: sge.Expr) -> sge.Expr:
    return sge.Substring(this=digits, start=sge.convert(1), length=sge.convert(15))


def _placed(node: sge.Expr, places: Mapping[str, sge.Expr]) -> sge.Expr:
    """A source's name replaced by where it lies, under the alias that it had."""
    if not isinstance(node, sge.Table) or node.name not in places or node.args.get("db"):
        return node
    place = places[node.name].copy()
    alias = node.args.get("alias") or sge.TableAlias(this=sge.to_identifier(node.name, quoted=True))
    if isinstance(place, sge.Query):
        return place.subquery(alias)
    place.set("alias", alias)
    return place
