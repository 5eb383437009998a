"""Looks at an expression's tree: its sources, the columns that are needed of each, and what lies beside other data.

Left out: the SQL (`lowered`) and reading (each engine).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import ibis.expr.operations as ops

_PASSING = (ops.Filter, ops.Sort, ops.Limit, ops.JoinReference, ops.SelfReference)
"""Relations that give their parent's columns on; what is needed of them is needed of it."""
_NAMING = (ops.Project, ops.Aggregate, ops.JoinChain)
"""Relations that name each column they read."""


def sources(expr: Any) -> list[str]:
    """The names of the tables that an expression reads, sorted."""
    return sorted({leaf.name for leaf in expr.op().find(ops.UnboundTable)})


def needed(expr: Any) -> dict[str, list[str]]:
    """Of each table the columns that the result depends on, at least one, in the table's order."""
    root = expr.as_table().op()
    wanted: dict[Any, set[str]] = {root: set(root.schema)}
    for relation in _from_root(root):
        columns = wanted.setdefault(relation, set())
        for parent in _parents(relation):
            passed = _passed(relation, parent, columns)
            wanted.setdefault(parent, set()).update(passed)
        for field in _fields(relation, columns):
            wanted.setdefault(field.rel, set()).add(field.name)
    found: dict[str, set[str]] = {}
    leaves = {leaf.name: leaf for leaf in root.find(ops.UnboundTable)}
    for leaf in root.find(ops.UnboundTable):
        found.setdefault(leaf.name, set()).update(wanted[leaf] or list(leaf.schema)[:1])
    return {name: [column for column in leaves[name].schema if column in columns] for name, columns in found.items()}


def most_rows(expr: Any, rows: Mapping[str, int]) -> int:
    """At most so many rows, by those of its sources; a join is taken to multiply nothing."""

    def most(relation: Any) -> int:
        parents = [most(parent) for parent in _parents(relation)]
        match relation:
            case ops.UnboundTable():
                return rows[relation.name]
            case ops.Aggregate() if not relation.groups:
                return 1
            case ops.Limit() if isinstance(relation.n, int):
                return min(relation.n, parents[0])
            case ops.Union():
                return sum(parents)
            case _:
                return max(parents, default=1)

    return most(expr.as_table().op())


def beside(expr: Any, names: Collection[str]) -> list[Any]:
    """The largest parts of an expression that read nothing but the tables of these names."""
    root = expr.as_table().op()

    def only(relation: Any) -> bool:
        leaves = {leaf.name for leaf in relation.find(ops.UnboundTable)}
        return bool(leaves) and leaves <= set(names)

    return list(dict.fromkeys(_largest(root, only)))


def replaced(expr: Any, parts: Iterable[tuple[Any, str]]) -> Any:
    """The expression with each part a table of its own name."""
    new = {part: ops.UnboundTable(name=name, schema=part.schema) for part, name in parts}
    return expr.as_table().op().replace(new).to_expr()


def _largest(relation: Any, only: Callable[[Any], bool]) -> Iterable[Any]:
    if only(relation) and not isinstance(relation, ops.JoinReference | ops.SelfReference):
        yield relation
        return
    for parent in _parents(relation):
        yield from _largest(parent, only)


def _passed(relation: Any, parent: Any, columns: set[str]) -> set[str]:
    """The parent's columns that a relation gives on without naming them."""
    if isinstance(relation, _PASSING):
        return columns & set(parent.schema)
    return set() if isinstance(relation, _NAMING) else set(parent.schema)


def _fields(relation: Any, columns: set[str]) -> Iterable[Any]:
    """The columns that a relation names, but those for values that nobody needs."""
    values = getattr(relation, "values", {}) if isinstance(relation, _NAMING) else {}
    values = getattr(relation, "metrics", {}) if isinstance(relation, ops.Aggregate) else values
    unused = {value for name, value in values.items() if name not in columns}
    used = {value for name, value in values.items() if name in columns}
    found: list[Any] = []

    def look(node: Any) -> None:
        for child in node.__children__:
            if isinstance(child, ops.Relation) or (node is relation and child in unused - used):
                continue
            if isinstance(child, ops.Field):
                found.append(child)
            look(child)

    look(relation)
    return found


def _parents(relation: Any) -> list[Any]:
    """The relations that one reads directly, those in its values' subqueries too."""
    found: list[Any] = []

    def look(node: Any) -> None:
        for child in node.__children__:
            if isinstance(child, ops.Relation):
                found.append(child)
            else:
                look(child)

    look(relation)
    return list(dict.fromkeys(found))


def _from_root(root: Any) -> list[Any]:
    """Every relation after all those that read it."""
    ordered = list(root.find(ops.Relation, ordered=True))
    parents = {node: _parents(node) for node in ordered}
    done: list[Any] = []
    waiting = set(ordered)
    while waiting:
        read = {parent for node in waiting for parent in parents[node]}
        ready = [node for node in ordered if node in waiting and node not in read]
        done += ready
        waiting -= set(ready)
    return done
