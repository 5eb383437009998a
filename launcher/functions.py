"""One function as a project: its source, without its decorators, and a main that reads arguments and writes a result.

Nothing is pickled: what travels is text that a person can read. Left out: running it (`api`).
"""

import ast
import builtins
import inspect
import json
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .errors import ProjectError

RESULT = "result.json"
_MAIN = '''"""Made by launcher.remote from {name} of {file}."""

import argparse
import json
import os


{source}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("-i", required=True)
    parser.add_argument("-o", required=True)
    asked = parser.parse_args()
    with open(asked.i, encoding="utf-8") as file:
        given = json.load(file)
    result = json.dumps({name}(*given["arguments"], **given["named"]), ensure_ascii=False)
    with open(os.path.join(asked.o, "{result}"), "w", encoding="utf-8") as file:
        file.write(result)
'''


class FunctionError(ProjectError):
    """A function that cannot travel."""


def project(function: Callable[..., Any], requirements: Sequence[str]) -> dict[str, str]:
    """The files of a project that is this function.

    Raises: FunctionError.
    """
    node = _node(function)
    if used := _from_around(node):
        names = ", ".join(sorted(used))
        raise FunctionError(
            f"{node.name} uses {names}, which is not inside it", "import it inside the function, or make it an argument"
        )
    node.decorator_list = []
    for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg):
        if each:
            each.annotation = None  # a type from around it would be one more name to carry
    node.returns = None
    file = inspect.getsourcefile(function) or "?"
    source = ast.unparse(node)
    main = _MAIN.format(name=node.name, file=file.rpartition("/")[2], source=source, result=RESULT)
    return {"main.py": main, "requirements.txt": "".join(f"{one}\n" for one in requirements)}


def _node(function: Callable[..., Any]) -> ast.FunctionDef:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError) as error:
        raise FunctionError(
            f"the source of {function!r} cannot be read: {error}", "write it in a file, with def"
        ) from error
    node = tree.body[0]
    if not isinstance(node, ast.FunctionDef):
        raise FunctionError(f"{function!r} is no plain function", "write it with def, without async")
    return node


def _from_around(node: ast.FunctionDef) -> set[str]:
    """Names that the function reads and neither it nor Python itself has."""
    bare = ast.parse(ast.unparse(node)).body[0]
    assert isinstance(bare, ast.FunctionDef)  # noqa: S101
    bare.decorator_list, bare.returns = [], None
    for each in ast.walk(bare):
        if isinstance(each, ast.arg):
            each.annotation = None
    code = compile(ast.Module([bare], []), "<function>", "exec")
    return {name for name in _globals(code) if name not in vars(builtins)} - {node.name}


def _globals(code: Any) -> set[str]:
    """Names that are looked up outside, by code and all code within it."""
    import dis

    found = {
        str(one.argval) for one in dis.get_instructions(code) if one.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }  # what a class body within it defines is no name from around
    stored = {str(one.argval) for one in dis.get_instructions(code) if one.opname in ("STORE_NAME", "STORE_GLOBAL")}
    inner = (_globals(one) for one in code.co_consts if inspect.iscode(one))
    return (found | set().union(*inner)) - stored


def arguments(function: Callable[..., Any], given: Sequence[Any], named: Mapping[str, Any]) -> str:
    """The arguments of one call as JSON.

    Raises: FunctionError for what JSON does not hold, TypeError for what the function does not take.
    """
    inspect.signature(function).bind(*given, **named)
    try:
        return json.dumps({"arguments": list(given), "named": dict(named)}, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise FunctionError(
            f"an argument of {function.__name__} is no JSON: {error}", "pass numbers, texts, lists and dicts"
        ) from error
