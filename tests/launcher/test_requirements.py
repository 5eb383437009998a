"""What a project needs is one text that stands for itself."""

from pathlib import Path

import pytest

from launcher import requirements
from launcher.errors import ProjectError, SecretError
from launcher.guard import Allowed


def gather(root: Path) -> bytes:
    return requirements.gather(str(root), Allowed(()))


def test_nested_files_stand_in_their_place(tmp_path: Path):
    """-r is followed from the file that names it; everything else stays as it is, but for ends of lines."""
    (tmp_path / "needs").mkdir()
    (tmp_path / "requirements.txt").write_bytes(
        b"six==1.17.0\r\n-r needs/more.txt  # those\n--extra-index-url https://x.org\nrich"
    )
    (tmp_path / "needs/more.txt").write_text("-rbase.txt\nattrs \\\n    --hash=sha256:ab\n")
    (tmp_path / "needs/base.txt").write_text("idna\n")
    expected = b"six==1.17.0\nidna\nattrs \\\n    --hash=sha256:ab\n--extra-index-url https://x.org\nrich\n"
    assert gather(tmp_path) == expected


def test_without_the_file_pyproject_tells(tmp_path: Path):
    """The dependencies under [project], or nothing."""
    assert gather(tmp_path) == b""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["six>=1", "rich"]\n')
    assert gather(tmp_path) == b"six>=1\nrich\n"


@pytest.mark.parametrize(
    "line",
    ["-e .", "--editable=../lib", "./lib", "../lib", "/home/ada/lib", "lib @ file:///home/ada/lib", "-c limits.txt"],
)
def test_what_only_this_machine_has_is_refused(tmp_path: Path, line: str):
    """No other machine could install it."""
    (tmp_path / "requirements.txt").write_text(f"six\n{line}\n")
    with pytest.raises(ProjectError, match="on this machine only") as raised:
        gather(tmp_path)
    assert raised.value.fix


@pytest.mark.parametrize(
    "line", ["lib @ https://example.org/lib.whl", "a.b>=1", "--index-url https://${USER}:${TOKEN}@x.org"]
)
def test_what_the_net_has_goes_along(tmp_path: Path, line: str):
    """Addresses are no paths, and variables no passwords."""
    (tmp_path / "requirements.txt").write_text(line)
    assert gather(tmp_path) == line.encode() + b"\n"


def test_a_password_in_an_address_is_refused(tmp_path: Path):
    """An index's login would be in the manifest and in the image."""
    (tmp_path / "requirements.txt").write_text("--index-url https://ada:" + "s3cret@x.org/simple\n")
    with pytest.raises(SecretError, match="password"):
        gather(tmp_path)


def test_a_circle_is_one_sentence(tmp_path: Path):
    """A file that names itself through another would never end."""
    (tmp_path / "requirements.txt").write_text("-r b.txt\n")
    (tmp_path / "b.txt").write_text("-r requirements.txt\n")
    with pytest.raises(ProjectError, match="names itself"):
        gather(tmp_path)
    (tmp_path / "b.txt").unlink()
    with pytest.raises(ProjectError, match=r"b.txt cannot be read"):
        gather(tmp_path)
