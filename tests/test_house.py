"""The rules of the house, held over the imports and the files themselves."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ARROWS = {
    "textmodel": set(),
    "app": {"textmodel"},
    "model_training": {"textmodel"},
    "benchmarks": {"textmodel", "app"},
    "loadtest": set(),
    "store": set(),
    "batch": {"textmodel", "store"},
    "launcher": set(),
    "workbench": {"textmodel", "store"},
}
"""Which of our rooms each room may import."""
TRAINERS = {"tensorflow", "keras", "sklearn", "scipy", "pandas", "joblib"}
MODULES = [path for room in ARROWS for path in sorted((ROOT / room).rglob("*.py"))]


def imports(path: Path, *, at_import: bool = False) -> Iterator[tuple[str, int]]:
    """(module, level) of every import in a file; only those that run when it is imported, if so asked."""
    tree = _tree(path)
    nodes = list(_outer(tree)) if at_import else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level


def _outer(node: ast.AST) -> Iterator[ast.AST]:
    """Every node outside functions and outside `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _outer(child)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_arrows_go_from_a_room_to_the_floor(path: Path):
    """A room imports itself and the rooms it stands on, no other."""
    room = path.relative_to(ROOT).parts[0]
    absolute = {module.split(".")[0] for module, level in imports(path) if level == 0}
    assert absolute & set(ARROWS) <= ARROWS[room] | {room}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_imports_its_own_root(path: Path):
    """Inside a room a module is imported by its name, never what the room's root offers to others."""
    room = path.relative_to(ROOT).parts[0]
    modules = {other.stem for other in path.parent.glob("*.py")} | {other.stem for other in (ROOT / room).glob("*.py")}
    plainly = {a.name for n in ast.walk(_tree(path)) if isinstance(n, ast.Import) for a in n.names}
    assert (_names_from_root(path, room) - modules) | ({room} & plainly) == set()


def _names_from_root(path: Path, room: str) -> set[str]:
    """The names in `from . import name` and `from room import name`."""
    nodes = [n for n in ast.walk(_tree(path)) if isinstance(n, ast.ImportFrom)]
    roots = [n for n in nodes if (n.level == 1 and not n.module) or (n.level == 0 and n.module == room)]
    return {alias.name for node in roots for alias in node.names}


@pytest.mark.parametrize("room", ARROWS)
def test_no_cycle(room: str):
    """The modules of a room, its folders' too, import each other in one direction."""
    edges = {_dotted(path): _imported(path) for path in (ROOT / room).rglob("*.py")}
    done: set[str] = set()
    while ready := {m for m, needs in edges.items() if m not in done and needs & set(edges) <= done | {m}}:
        done |= ready
    assert set(edges) - done == set()


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imported(path: Path) -> set[str]:
    """The modules, by dotted name, that a module imports when it is imported."""
    package = path.relative_to(ROOT).parent.parts
    found: set[str] = set()
    for node in _outer(_tree(path)):
        if isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*start, *([node.module] if node.module else ())))
            names = {f"{base}.{alias.name}" for alias in node.names}
            found |= {n for n in names if (ROOT / n.replace(".", "/")).with_suffix(".py").exists()} or {base}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", [p for p in MODULES if p.relative_to(ROOT).parts[0] == "textmodel"], ids=name)
def test_the_floor_needs_the_standard_library_alone(path: Path):
    """textmodel imports the standard library, and NumPy only when a function needs it."""
    outer = {module.split(".")[0] for module, level in imports(path, at_import=True) if level == 0}
    assert outer <= set(sys.stdlib_module_names)
    anywhere = {module.split(".")[0] for module, level in imports(path) if level == 0}
    assert anywhere <= set(sys.stdlib_module_names) | {"numpy"}


@pytest.mark.parametrize("path", [p for p in MODULES if p.relative_to(ROOT).parts[0] in ("app", "textmodel")], ids=name)
def test_serving_names_no_trainer(path: Path):
    """No module of the service imports what only training needs."""
    assert {module.split(".")[0] for module, _ in imports(path)} & TRAINERS == set()


@pytest.mark.parametrize("folder", ["saved_model", "vectorizer"])
def test_artifact_folders_hold_data_only(folder: str):
    """No code and no pickle among the artifacts."""
    kinds = {path.suffix for path in (ROOT / folder).rglob("*") if path.is_file()}
    assert kinds <= {".json", ".txt", ".safetensors", ".md", ".png"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_and_functions_are_short(path: Path):
    """No module over 400 lines, no function over 50; the launcher's runner is the one file that travels."""
    text = path.read_text(encoding="utf-8")
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert text.count("\n") <= (420 if name(path) == "launcher/runner.py" else 400)
    assert [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= 50] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_says_what_it_does(path: Path):
    """A module begins with a docstring."""
    assert ast.get_docstring(_tree(path))


def _locked(use: str) -> dict[str, set[str]]:
    text = (ROOT / "requirements" / f"{use}.txt").read_text(encoding="utf-8")
    versions: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", text, re.MULTILINE):
        versions.setdefault(package, set()).add(version)
    return versions


def test_requirements_are_locked_together():
    """Each larger set of requirements holds the smaller ones, at the same versions."""
    serve, train, loadtest, dev = (_locked(use) for use in ("serve", "train", "loadtest", "dev"))
    assert serve.items() <= train.items() <= dev.items()
    assert serve.items() <= loadtest.items() <= dev.items()


@pytest.mark.parametrize("image", ["lambda", "server"])
def test_images_hold_what_is_tested(image: str):
    """What an image holds is at the versions that serving and the tests have."""
    held, dev = _locked(image), _locked("dev")
    assert held.items() <= dev.items()


def test_every_requirement_has_a_hash():
    """Nothing is installed whose bytes are not known."""
    for use in ("lambda", "server", "pip", "serve", "train", "loadtest", "dev"):
        text = (ROOT / "requirements" / f"{use}.txt").read_text(encoding="utf-8")
        entries = re.split(r"\n(?=[a-z0-9])", text)[1:]
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_serving_installs_no_trainer():
    """The serving set names none of what only training needs."""
    assert set(_locked("serve")) & (TRAINERS | {"tensorflow-cpu", "scikit-learn"}) == set()
