"""The small language of `--where` and of computed columns, read into the spellings that mean the same everywhere.

    label in ('joy', 'anger') and length(text) > 20
    word(text, 'so good') and not (score < 0.5 or n is null) and day >= date '2024-01-31'

Values: columns, 'texts', numbers, true and false, date '…', timestamp '…'; comparisons, between, in, is null, and, or,
not, + - * / %; the functions of FUNCTIONS. What engines understand differently is refused with what to write instead.
Left out: whole queries (`statements`).
"""

import datetime as dt
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import ibis
import sqlglot
import sqlglot.expressions as sge
from sqlglot.errors import SqlglotError

from . import expressions as x
from .errors import ColumnError, ExpressionError

_INSTEAD = {
    "like": "write word(text, 'joy'), contains(text, 'oy'), starts_with or ends_with",
    "ilike": "write word(text, 'joy'), which takes capitals as small letters",
    "regexp": "write word(text, 'joy') or contains(text, 'oy')",
    "round": "write rounded(x, 2), which rounds half up everywhere",
    "hash": "write fold(item, 10, 0)",
    "rand": "write fold(item, 10, 0), which gives the same rows every time",
    "current_date": "write the day as date '2024-01-31', so that the subset is the same tomorrow",
    "now": "write the time as timestamp '2024-01-31 12:00:00'",
    "upper": "write lower(text) = 'small letters'",
}


def parse(text: str, table: Any) -> Any:
    """A condition over a table's columns as an ibis expression.

    Raises: ExpressionError, ColumnError.
    """
    made = value(read(text), table)
    if not made.type().is_boolean():
        raise ExpressionError(text, f"{made.type()} is no condition", "compare it, as in length(text) > 20")
    return made


def read(text: str) -> sge.Expr:
    """The tree of one expression. Raises: ExpressionError with what could not be read."""
    try:
        found = sqlglot.parse_one(text, dialect="duckdb") if text.strip() else None
    except SqlglotError as error:
        errors = getattr(error, "errors", None) or [{}]
        near = f" near {errors[0]['highlight']!r}" if errors[0].get("highlight") else ""
        raise ExpressionError(text, f"it cannot be read{near}", "write it as label = 'joy' and n > 3") from error
    if not isinstance(found, sge.Expression):
        raise ExpressionError(repr(text), "nothing is asked", "write a condition as label = 'joy'")
    return found


def value(node: sge.Expr, table: Any) -> Any:
    """One node of a tree as an ibis value. Raises: ExpressionError, ColumnError."""
    match node:
        case sge.Paren():
            return value(node.this, table)
        case sge.Column() if not node.table:
            return _column(node, table)
        case sge.Literal() | sge.Boolean() | sge.Neg(this=sge.Literal()):
            return ibis.literal(_constant(node))
        case sge.Cast() if isinstance(node.this, sge.Literal) and node.this.is_string:
            return _moment(node)
        case sge.And() | sge.Or() | sge.Not():
            return _logical(node, table)
        case sge.Is(expression=sge.Null()):
            return value(node.this, table).isnull()
        case sge.In() if node.expressions:
            return _among(node, table)
        case sge.Between():
            low, high = (
                sge.GTE(this=node.this, expression=node.args["low"]),
                sge.LTE(this=node.this, expression=node.args["high"]),
            )
            return _compared(low, table) & _compared(high, table)
        case sge.Predicate() if type(node) in _COMPARED:
            return _compared(node, table)
        case sge.Binary() if type(node) in _COMPUTED:
            return _computed(node, table)
        case sge.Neg():
            return -_number(node.this, table)
        case _:
            return _called(node, table)


def name_of(node: sge.Expr) -> str:
    """A function's name, as it was written."""
    if isinstance(node, sge.Anonymous):
        return str(node.this).lower()
    return _NAMES.get(type(node), node.sql_name().lower() if isinstance(node, sge.Func) else node.key)


def _column(node: sge.Column, table: Any) -> Any:
    if node.name not in table.columns:
        close = get_close_matches(node.name, table.columns, 1)
        hint = f"; {close[0]!r} is meant?" if close else ""
        text = f"; a text is written '{node.name}'" if node.this.args.get("quoted") else ""
        raise ColumnError(
            "the condition", node.name, "a column of the source", f"only {', '.join(table.columns)}{hint}{text}"
        )
    return table[node.name]


def _constant(node: sge.Expr) -> Any:
    found = node.to_py()
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) >= 2**63:
        raise ExpressionError(node.sql(), "the number is too large", "numbers have 64 bits")
    return float(found) if not isinstance(found, str | int | bool) else found


def _moment(node: sge.Cast) -> Any:
    kind, text = node.to.sql("duckdb").upper(), node.this.this
    try:
        if kind == "DATE":
            return ibis.literal(dt.date.fromisoformat(text))
        if kind == "TIMESTAMP":
            return ibis.literal(dt.datetime.fromisoformat(text))  # UTC throughout
    except ValueError:
        raise ExpressionError(node.sql("duckdb"), "it is no day or time", "write date '2024-01-31'") from None
    raise ExpressionError(node.sql("duckdb"), "values are not converted", "write a number as 3, a text as 'three'")


def _logical(node: sge.Expr, table: Any) -> Any:
    parts = [
        _condition(part, table) for part in ([node.this] if isinstance(node, sge.Not) else [node.this, node.expression])
    ]
    if isinstance(node, sge.Not):
        return ~parts[0]
    return parts[0] & parts[1] if isinstance(node, sge.And) else parts[0] | parts[1]


def _condition(node: sge.Expr, table: Any) -> Any:
    made = value(node, table)
    if not made.type().is_boolean():
        raise ExpressionError(node.sql("duckdb"), f"{made.type()} is no condition", "compare it with something")
    return made


def _among(node: sge.In, table: Any) -> Any:
    if any(isinstance(one, sge.Null) for one in node.expressions):
        raise ExpressionError(node.sql("duckdb"), "null is in no list", "write … or label is null")
    of = value(node.this, table)
    members = [value(one, table) for one in node.expressions]
    for one, member in zip(node.expressions, members, strict=True):
        _alike(node, of, member)
        if not isinstance(one, sge.Literal | sge.Neg | sge.Cast | sge.Boolean):
            raise ExpressionError(node.sql("duckdb"), "a list holds values", "write label in ('joy', 'anger')")
    return of.isin(members)


def _compared(node: sge.Expr, table: Any) -> Any:
    if any(isinstance(side, sge.Null) for side in (node.this, node.expression)):
        raise ExpressionError(node.sql("duckdb"), "nothing equals null", "write is null or is not null")
    left, right = value(node.this, table), value(node.expression, table)
    _alike(node, left, right)
    if left.type().is_string() and not isinstance(node, sge.EQ | sge.NEQ):
        left, right = x.bytewise(left), x.bytewise(right)
    return _COMPARED[type(node)](left, right)


def _alike(node: sge.Expr, left: Any, right: Any) -> None:
    """Raises: ExpressionError where engines would convert one side, each in its way."""
    a, b = _family(left.type()), _family(right.type())
    if a != b:
        hint = "write the number without quotes" if "number" in (a, b) else "compare values of one kind"
        if {a, b} & {"date", "timestamp"}:
            hint = "write date '2024-01-31' or timestamp '2024-01-31 12:00:00'"
        raise ExpressionError(node.sql("duckdb"), f"{a} and {b} do not compare", hint)


def _family(kind: Any) -> str:
    for name in ("string", "boolean", "numeric", "date", "timestamp"):
        if getattr(kind, f"is_{name}")():
            return {"string": "text", "numeric": "number"}.get(name, name)
    return str(kind)


def _number(node: sge.Expr, table: Any) -> Any:
    made = value(node, table)
    if not made.type().is_numeric() or made.type().is_boolean():
        raise ExpressionError(node.sql("duckdb"), f"{made.type()} is no number", "compute with numbers")
    return made


def _computed(node: sge.Binary, table: Any) -> Any:
    left, right = _number(node.this, table), _number(node.expression, table)
    if isinstance(node, sge.Div):  # a quotient by zero is an error here, infinite there
        return left.cast("float64") / right.cast("float64").nullif(0.0)
    if isinstance(node, sge.Mod):
        if not (left.type().is_integer() and right.type().is_integer()):
            raise ExpressionError(node.sql("duckdb"), "a remainder is one of whole numbers", "write bucket(n, 10)")
        return left.cast("int64") % right.cast("int64").nullif(0)
    wide = "int64" if left.type().is_integer() and right.type().is_integer() else "float64"
    return _COMPUTED[type(node)](left.cast(wide), right.cast(wide))


def _called(node: sge.Expr, table: Any) -> Any:
    name = name_of(node)
    if name not in FUNCTIONS:
        way_out = next((text for part, text in _INSTEAD.items() if part in name), None)
        raise ExpressionError(
            node.sql("duckdb"), f"{name} does not mean the same on every engine, or is not known",
            way_out or f"functions are {', '.join(sorted(FUNCTIONS))}",
        )  # fmt: skip
    kinds, make = FUNCTIONS[name]
    given = _arguments(node)
    if len(given) != len(kinds):
        raise ExpressionError(
            node.sql("duckdb"), f"{name} takes {len(kinds)} values", f"write {name}({', '.join(kinds)})"
        )
    return make(*(_argument(node, one, kind, table) for one, kind in zip(given, kinds, strict=True)))


def _arguments(node: sge.Expr) -> list[sge.Expr]:
    if isinstance(node, sge.Anonymous):
        return list(node.expressions)
    return [child for key in ("this", "expression", "expressions", "decimals") for child in _flat(node.args.get(key))]


def _flat(child: Any) -> list[sge.Expr]:
    return list(child) if isinstance(child, list) else [child] if isinstance(child, sge.Expression) else []


def _argument(node: sge.Expr, one: sge.Expr, kind: str, table: Any) -> Any:
    """An argument of the kind that a function takes: `text` and `number` are values, the others constants."""
    if kind in ("a text", "a whole number"):
        found = _constant(one) if isinstance(one, sge.Literal | sge.Neg) else None
        if isinstance(found, str) if kind == "a text" else isinstance(found, int):
            return found
        raise ExpressionError(node.sql("duckdb"), f"{one.sql('duckdb')} is not {kind}", f"write {kind} as it is")
    made = value(one, table)
    if kind == "any" or (kind == "text" and made.type().is_string()) or (kind == "number" and made.type().is_numeric()):
        return made
    raise ExpressionError(node.sql("duckdb"), f"{one.sql('duckdb')} is {made.type()}", f"a {kind} is needed")


_COMPARED: dict[type, Callable[[Any, Any], Any]] = {
    sge.EQ: lambda a, b: a == b, sge.NEQ: lambda a, b: a != b, sge.GT: lambda a, b: a > b,
    sge.GTE: lambda a, b: a >= b, sge.LT: lambda a, b: a < b, sge.LTE: lambda a, b: a <= b,
}  # fmt: skip
_COMPUTED: dict[type, Callable[[Any, Any], Any]] = {
    sge.Add: lambda a, b: a + b, sge.Sub: lambda a, b: a - b, sge.Mul: lambda a, b: a * b,
    sge.Div: lambda a, _: a, sge.Mod: lambda a, _: a,
}  # fmt: skip
_NAMES: dict[type, str] = {sge.StartsWith: "starts_with", sge.EndsWith: "ends_with", sge.Contains: "contains"}
FUNCTIONS: dict[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "word": (("text", "a text"), x.word),
    "contains": (("text", "a text"), lambda text, part: text.contains(part)),
    "starts_with": (("text", "a text"), lambda text, part: text.startswith(part)),
    "ends_with": (("text", "a text"), lambda text, part: text.right(len(part)) == part),
    "lower": (("text",), x.lower),
    "length": (("text",), lambda text: text.length().cast("int64")),
    "bucket": (("number", "a whole number"), x.bucket),
    "fold": (("text", "a whole number", "a whole number"), x.fold),
    "rounded": (("number", "a whole number"), x.rounded),
    "abs": (("number",), lambda number: number.abs()),
}
"""What may be called: the kinds of its values, and what makes the expression."""
