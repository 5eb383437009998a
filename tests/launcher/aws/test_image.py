"""An image's key is its content's, and what it is built from is whole."""

from __future__ import annotations

import io
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml

from launcher.aws import image
from launcher.aws.image import Image
from launcher.errors import EngineError
from launcher.names import HomeNames
from launcher.rehearsal.world import World

HOME = HomeNames("123456789012", "eu-west-1")


def test_the_same_content_is_the_same_image():
    """And a GPU, another Python or another requirement is another one; a key is a tag that ECR takes."""
    keys = {
        Image(b"numpy\n", "3.12").key,
        Image(b"numpy\n", "3.12", 1).key,
        Image(b"numpy\n", "3.13").key,
        Image(b"", "3.12").key,
    }
    assert len(keys) == 4
    assert Image(b"numpy\n", "3.12").key == Image(b"numpy\n", "3.12").key
    assert all(key.isalnum() and len(key) == 40 for key in keys)
    assert Image(b"", "3.12", 1).key == Image(b"", "3.12", 4).key


def test_the_zip_is_the_same_bytes_and_has_all_that_is_copied():
    """What the Dockerfile copies is in it; code is not."""
    parts = image.parts(Image(b"numpy\n", "3.12"), HOME)
    packed = image.packed(parts)
    assert packed == image.packed(dict(reversed(parts.items())))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert set(archive.namelist()) == {"Dockerfile", "buildspec.yml", "requirements.txt", "runner.py"}
        assert archive.read("runner.py") == image.RUNNER.read_bytes()
    copied = [
        line.split()[1]
        for line in parts["Dockerfile"].decode().splitlines()
        if line.startswith("COPY ") and "--from" not in line
    ]
    assert set(copied) <= set(parts)


def test_a_build_that_failed_is_not_pushed():
    """CodeBuild goes on to post_build after a failed build."""
    spec = yaml.safe_load(image.parts(Image(b"", "3.12"), HOME)["buildspec.yml"])
    assert spec["phases"]["post_build"]["commands"][0] == 'test "$CODEBUILD_BUILD_SUCCEEDING" = 1'
    assert spec["phases"]["post_build"]["commands"][1] == f"docker push {HOME.image(Image(b'', '3.12').key)}"


def test_the_job_runs_what_the_image_has():
    """The interpreter and the runner of the job's command are where the Dockerfile puts them."""
    text = image.dockerfile(image.CPU_BASE, "3.12")
    assert f"COPY runner.py {image.ENTRY}" in text
    assert "uv venv --seed --python 3.12 /launcher/env" in text
    assert image.PYTHON == "/launcher/env/bin/python"


def test_docker_on_this_machine_builds_the_same(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It gets the same files, the password by standard input, and pushes the same tag."""
    bin_, asked = tmp_path / "bin", tmp_path / "asked.txt"
    bin_.mkdir()
    docker = bin_ / "docker"
    lines = ("#!/bin/sh", f'echo "$@" >> "{asked}"', f'[ "$1" != login ] || cat >> "{asked}"', '[ "$1" != "$REFUSE" ]')
    docker.write_text("\n".join(lines) + "\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("REFUSE", "nothing")
    folder = tmp_path / "context"
    folder.mkdir()
    made = Image(b"numpy\n", "3.12")
    image.build_here(world.door(), HOME, made, lambda _: None, str(folder))
    assert {path.name for path in folder.iterdir()} == set(image.parts(made, HOME))
    said = asked.read_text()
    assert f"push {HOME.image(made.key)}" in said
    assert "--password-stdin" in said
    monkeypatch.setenv("REFUSE", "push")
    with pytest.raises(EngineError, match="docker push failed"):
        image.build_here(world.door(), HOME, made, lambda _: None, str(folder))


def test_without_docker_the_fix_is_told(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError) as raised:
        image.build_here(world.door(), HOME, Image(b"", "3.12"), lambda _: None, str(tmp_path))
    assert "--local-docker" in raised.value.fix


def test_the_dockerfile_is_in_good_order(tmp_path: Path):
    """Hadolint, where it is installed, finds no error in it."""
    program = Path(__file__).parents[3] / ".venv/bin/hadolint"
    if not program.exists():
        pytest.skip("hadolint is not installed: `make test` installs it")
    path = tmp_path / "Dockerfile"
    path.write_text(image.dockerfile(image.CPU_BASE, "3.12"))
    done = subprocess.run([program, "--failure-threshold", "error", path], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
