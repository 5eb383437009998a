"""The workflows: pinned, with few rights, and nothing that `make` does not do as well."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
(CI,) = [yaml.safe_load(path.read_text()) for path in WORKFLOWS]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def steps(job: dict[str, Any], key: str) -> list[Any]:
    return [step[key] for step in job["steps"] if key in step]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path):
    """Every action is named by the hash of a commit, with the release that it is beside it."""
    uses = re.findall(r"uses: (.*)", path.read_text())
    assert len(uses) >= 3
    assert [line for line in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_rights_are_given_by_job():
    """None by default; all jobs read the repository, and the one that deploys may ask for a token."""
    assert CI["permissions"] == {}
    rights = {name: job["permissions"] for name, job in CI["jobs"].items()}
    assert rights.pop("deploy") == {"contents": "read", "id-token": "write"}
    assert [right for right in rights.values() if right != {"contents": "read"}] == []


def test_no_key_is_stored():
    """AWS is reached by a role and a token, not by a secret."""
    assert "secrets." not in WORKFLOWS[0].read_text()
    (session,) = [step["with"] for step in CI["jobs"]["deploy"]["steps"] if "aws-actions/" in step.get("uses", "")]
    assert set(session) == {"role-to-assume", "aws-region"}


def test_only_make_is_called():
    """Each job runs targets of the Makefile, after a package of the system at most."""
    lines = {line for job in CI["jobs"].values() for line in steps(job, "run")}
    called = {line.removeprefix("make ") for line in lines if line.startswith("make ")}
    assert called <= TARGETS
    assert [line for line in lines if not line.startswith(("make ", "sudo apt-get "))] == []


def test_a_pull_request_deploys_nothing():
    """Checks, tests and images run on every change; training and deployment on main, in order."""
    always = {name for name, job in CI["jobs"].items() if "if" not in job}
    assert always == {"check", "test", "rehearsals", "image"}
    assert CI[True] == {"pull_request": None, "push": {"branches": ["main"]}}  # YAML reads `on` as true
    deploy = CI["jobs"]["deploy"]
    assert CI["jobs"]["train"]["if"] == "github.event_name == 'push'"
    assert deploy["if"].startswith("github.event_name == 'push' && ")
    assert set(deploy["needs"]) == always | {"train"}
    assert deploy["environment"] == "production"
    assert steps(deploy, "run") == ["make push", "make deploy", "make test-lambda"]
