"""A manifest comes back as it was, and a damaged one is refused before anything is written by it."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.errors import ManifestError
from launcher.manifest import Budget, File, Manifest, from_json, to_json

SHA = "0123456789abcdef" * 4
MAIN = File("main.py", SHA, 12)
PLAIN = Manifest(
    (MAIN,), (File("été 1.csv", SHA, 3, executable=True),), "main.py", "3.12", SHA, SHA, "runs/1/results", 60
)

parts = st.text(st.characters(exclude_characters="/\\\0", exclude_categories=["Cs"]), min_size=1).filter(
    lambda part: part not in (".", "..") and part[1:2] != ":"
)
files = st.builds(
    File, st.lists(parts, min_size=1, max_size=4).map("/".join), st.just(SHA), st.integers(0, 2**50), st.booleans()
)


@given(
    st.lists(files, unique_by=lambda file: file.path, max_size=5),
    st.dictionaries(st.from_regex(r"[A-Z_]{1,5}", fullmatch=True), st.text()),
    st.none() | st.builds(Budget, st.integers(0, 10**9), st.integers(0, 10**3)),
)
def test_a_manifest_comes_back(found: list[File], env: dict[str, str], budget: Budget | None):
    """Any names, sizes and variables survive, and the same manifest has the same bytes."""
    manifest = dataclasses.replace(PLAIN, input=tuple(found), env=env, budget_s=budget)
    assert from_json(to_json(manifest)) == manifest
    assert to_json(from_json(to_json(manifest))) == to_json(manifest)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../x", "a/../../x", "a//b", "", ".", "a/./b", "C:/x", "a\\b", "x\0y", "a/", "/"]
)
def test_a_path_stays_in_its_folder(path: str):
    """Neither who writes nor who reads a manifest lets a path out."""
    evil = dataclasses.replace(PLAIN, input=(File(path, SHA, 1),))
    with pytest.raises(ManifestError, match="has a path that"):
        to_json(evil)
    plain = json.loads(to_json(PLAIN))
    plain["input"][0]["path"] = path
    with pytest.raises(ManifestError, match="has a path that"):
        from_json(json.dumps(plain).encode())


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("version", 2, "has version 2, this launcher reads 1"),
        ("entry", "gone.py", "'gone.py' is not among its code"),
        ("entry", 3, "entry is 3, expected a str"),
        ("python", "3.12; rm -rf", "expected 3.N"),
        ("timeout_s", 0, "expected more than 0"),
        ("timeout_s", True, "expected a int"),
        ("results", "../elsewhere", "leaves its folder"),
        ("env", {"A=B": "1"}, "no table of names"),
        ("env", None, "no table of names"),
        ("budget_s", 600, "budget_s is 600, expected two numbers of seconds"),
        ("code", None, "is no list"),
        ("code", [{"path": "main.py"}], "an entry that is no file"),
        ("code", [MAIN._asdict(), MAIN._asdict()], "twice"),
        ("code", [{**MAIN._asdict(), "sha256": "../../x"}], "no valid hash or size"),
        ("code", [{**MAIN._asdict(), "size_bytes": -1}], "no valid hash or size"),
    ],
)
def test_a_damaged_manifest_is_one_sentence(field: str, value: Any, message: str):
    """It says what is wrong, and what to do."""
    plain = {**json.loads(to_json(PLAIN)), field: value}
    with pytest.raises(ManifestError, match=message) as raised:
        from_json(json.dumps(plain).encode())
    assert raised.value.fix


@given(st.binary(max_size=200))
def test_no_bytes_but_a_manifest_error(content: bytes):
    """Whatever is read, it is no traceback."""
    with pytest.raises(ManifestError):
        from_json(content)


def test_files_are_named_once():
    """What is to be fetched is each content once."""
    assert [file.sha256 for file in PLAIN.files] == [SHA]
