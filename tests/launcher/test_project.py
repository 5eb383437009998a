"""A project's folder: what goes along, what stays home, what is refused, and which script starts."""

import os
import random
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher import guard, ignoring, project, walking
from launcher.errors import ProjectError, SecretError
from launcher.project import Project, scan, scan_input

KEY_ID = "AKIA" + "Q3EGRZ7LMN5TWXYB"
PRIVATE = "-----BEGIN " + "OPENSSH PRIVATE KEY-----\nb3BlbnNzaA\n"


def make(root: Path, **contents: str) -> Path:
    """Files below `root`; main.py is always among them."""
    return write(root, {"main.py": "print()", **contents})


def write(root: Path, contents: dict[str, str]) -> Path:
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return root


def names(found: Project) -> list[str]:
    return [file.path for file in found.files]


def test_a_project_is_read_with_hashes_sizes_and_modes(tmp_path: Path):
    """Each file has the SHA-256 and the size of its content, and whether its owner may execute it; paths have /."""
    root = write(tmp_path / "Météo du jour", {"main.py": "print('é')", "data/été 1.csv": "a\n", "tools/go.sh": "x"})
    (root / "tools/go.sh").chmod(0o755)
    found = scan(str(root))
    expected = [
        ("data/été 1.csv", sha256(b"a\n").hexdigest(), 2, False),
        ("main.py", sha256("print('é')".encode()).hexdigest(), 11, False),
        ("tools/go.sh", sha256(b"x").hexdigest(), 1, True),
    ]
    assert list(found.files) == expected
    assert (found.name, found.entry, found.size_bytes, os.path.isabs(found.root)) == (
        "Météo du jour",
        "main.py",
        14,
        True,
    )


def test_git_and_this_room_leave_out_the_same(tmp_path: Path):
    """Nested .gitignore files, negations, anchors and info/exclude mean what git itself makes of them."""
    root = write(tmp_path / "p", {
        "weights/.gitignore": "**\n!keep.bin\n", "weights/keep.bin": "", "weights/x.bin": "",
        "raw/keep.csv": "", "raw/x.csv": "", "raw/deep/keep.csv": "",
        ".gitignore": "raw/**\n!raw/keep.csv\n*.log\n!keep.log\n/build/\ndata/**/raw\nspace\\ \n#no\n\\#yes\n",
        "main.py": "", "a.log": "", "keep.log": "",
        "build/x": "", "sub/build/x": "", "data/a/raw": "", "data/raw/x": "", "#yes": "", "#no": "",
        "sub/.gitignore": "!a.log\n/only-here\n", "sub/a.log": "", "sub/only-here": "", "sub/deep/only-here": "",
        "build/.gitignore": "!x\n", "été.log": "", "notes.txt": "",
    })  # fmt: skip
    assert "notes.txt" in by_git(root)
    (root / ".git/info/exclude").write_text("notes.txt\n")
    expected = by_git(root)
    assert names(scan(str(root))) == expected
    assert {"raw/keep.csv", "weights/keep.bin", "sub/deep/only-here"} <= set(expected)


def by_git(root: Path) -> list[str]:
    """What git would add, sorted as a scan is."""
    clean = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "init", "-q", str(root)], check=True, env=clean)
    command = ["git", "-C", str(root), "ls-files", "-z", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, env=clean)
    return sorted(name for name in listed.stdout.decode().split("\0") if name)


PARTS = ["a", "b", "a.log", "b c", "x.y", "build", "#h", "!n"]
ATOMS = ["a", "b", "*.log", "b c", "x.*", "build", "*", "?", "[ab]", "[!a]*", "a.log", "\\#h", "\\!n", "b\\ c", "a*"]


@pytest.mark.parametrize("seed", range(25))
def test_any_rules_mean_what_git_makes_of_them(tmp_path: Path, seed: int):
    """Random trees under random patterns: the same files as git's own."""
    rng, root, folders = random.Random(seed), tmp_path / "p", [""]
    root.mkdir()
    for _ in range(5):
        folders.append(f"{rng.choice(folders)}{rng.choice(PARTS)}/")
        (root / folders[-1]).mkdir(exist_ok=True)
    for folder in folders:
        for name in rng.sample(PARTS, 3):
            if not (root / folder / name).exists():
                (root / folder / name).write_text("")
        rules = [some_rule(rng) for _ in range(rng.randint(0, 3))]
        (root / folder / ".gitignore").write_text("\n".join(rules) + "\n")
    expected = by_git(root)
    assert sorted(found.path for found in walking.paths(str(root), ignoring.above(str(root)))) == expected


def some_rule(rng: random.Random) -> str:
    """A pattern, perhaps anchored, for folders, of several parts, or taken back."""
    middle = rng.choice(["", "", "**/"])
    rule = rng.choice(["", "", "/", "**/"]) + rng.choice(ATOMS) + rng.choice(["", "", f"/{middle}{rng.choice(ATOMS)}"])
    return rng.choice(["", "", "!"]) + rule + rng.choice(["", "", "/", "/**"])


def test_the_repository_around_a_project_has_a_say(tmp_path: Path):
    """A .gitignore above the project, up to the repository's top, holds in it; deeper ones win; none above the top."""
    write(tmp_path, {
        ".gitignore": "*.txt\n", "repo/.git/HEAD": "", "repo/.gitignore": "*.bin\n/jobs/p/local\n",
        "repo/jobs/.gitignore": "!b.bin\n",
        "repo/jobs/p/main.py": "", "repo/jobs/p/a.bin": "", "repo/jobs/p/b.bin": "",
        "repo/jobs/p/local/x": "", "repo/jobs/p/x.txt": "",
    })  # fmt: skip
    expected = ["b.bin", "main.py", "x.txt"]
    assert names(scan(str(tmp_path / "repo/jobs/p"))) == expected


def test_a_project_in_an_ignored_folder_is_named_on_purpose(tmp_path: Path):
    """Where git ignores the whole project, nothing of it is left out for that."""
    write(tmp_path, {".git/HEAD": "", ".gitignore": "build/\n", "build/p/main.py": "", "build/p/x.csv": ""})
    expected = ["main.py", "x.csv"]
    assert names(scan(str(tmp_path / "build/p"))) == expected


def test_launchignore_wins_over_gitignore(tmp_path: Path):
    """.launchignore leaves out more, and takes back what git leaves out, such as a model's weights."""
    root = write(tmp_path / "p", {
        "main.py": "", ".gitignore": "*.weights\n", "model.weights": "x", ".launchignore": "!model.weights\npaper/\n",
        "paper/a.tex": "", "deep/.gitignore": "*\n", "deep/model.weights": "y",
    })  # fmt: skip
    expected = [".gitignore", ".launchignore", "deep/model.weights", "main.py", "model.weights"]
    assert names(scan(str(root))) == expected


def test_what_is_of_no_use_elsewhere_stays_home(tmp_path: Path):
    """Caches, git's own folder and environments, whatever their name, do not travel."""
    root = write(tmp_path / "p", {
        "main.py": "", "__pycache__/main.cpython-312.pyc": "", ".git/config": "", "my env/pyvenv.cfg": "",
        "my env/bin/python": "", ".venv/x": "", "node_modules/x": "", "sub/.pytest_cache/x": "",
    })  # fmt: skip
    assert names(scan(str(root))) == ["main.py"]


@pytest.mark.parametrize(
    ("path", "content", "why"),
    [
        (".env", "A=1", "its name"),
        ("config/.env.production", "A=1", "its name"),
        ("certs/server.pem", "", "its name"),
        ("id_rsa", "", "its name"),
        (".aws/credentials", "", "its name"),
        ("home/.aws/credentials", "", "its name"),
        ("été/.netrc", "", "its name"),
        ("settings.py", f'KEY = "{KEY_ID}"', "holds an access key of AWS"),
        ("notes/deploy key.txt", f"here it is\n{PRIVATE}", "holds a private key"),
        ("ci.yml", "token: gh" + "p_" + "a1B2" * 9, "holds a token of GitHub"),
        ("far.txt", "x\n" * 200_000 + KEY_ID, "holds an access key of AWS"),
    ],
)
def test_a_secret_is_refused_unless_it_is_named(tmp_path: Path, path: str, content: str, why: str):
    """A file that looks like a secret ends the scan, and goes along only where its path is named."""
    root = write(tmp_path / "p", {"main.py": "", path: content})
    with pytest.raises(SecretError) as raised:
        scan(str(root))
    assert raised.value.found == ((path, why),)
    assert path in str(raised.value)
    assert "--allow-secret" in raised.value.fix
    assert names(scan(str(root), allow_secrets=(path,))) == sorted(["main.py", path])


def test_a_secret_that_is_left_out_is_no_matter(tmp_path: Path):
    """What is ignored is not sent, so it may hold secrets."""
    root = write(tmp_path / "p", {"main.py": "", ".env": "A=1", ".gitignore": ".env\n"})
    assert names(scan(str(root))) == [".gitignore", "main.py"]


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "IOSFODNN7EXAMPLE", "-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----",
        "XAKIA" + "Q3EGRZ7LMN5TWXYB", "ghp_short",
    ],
)  # fmt: skip
def test_what_only_resembles_a_secret_goes_along(tmp_path: Path, text: str):
    """The example key of AWS's own pages, certificates, public keys and parts of words are none."""
    assert "a.txt" in names(scan(str(write(tmp_path / "p", {"main.py": "", "a.txt": text, ".env.example": "A="}))))


def test_a_link_to_a_secret_is_one(tmp_path: Path):
    """The name of what a link leads to counts."""
    root = write(tmp_path / "p", {"main.py": "", ".env": "A=1", ".launchignore": ".env\n"})
    (root / "settings").symlink_to(".env")
    with pytest.raises(SecretError, match=r"settings \(its name\)"):
        scan(str(root))


def test_links_inside_the_folder_are_followed(tmp_path: Path):
    """A link to a file or a folder of the project travels as what it names."""
    root = write(tmp_path / "p", {"main.py": "x", "data/a.csv": "1"})
    (root / "entry.py").symlink_to("main.py")
    (root / "more").symlink_to("data")
    assert names(scan(str(root))) == ["data/a.csv", "entry.py", "main.py", "more/a.csv"]


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("/etc", "leaves the folder"), ("../outside.txt", "leaves the folder"), ("nothing", "names nothing"),
        ("..", "leaves"), (".", "circle"), ("odd", "names nothing"),
    ],
)  # fmt: skip
def test_links_that_cannot_travel_are_refused(tmp_path: Path, target: str, why: str):
    """A link to the outside, to nothing, to itself or in a circle is one sentence with a fix, and may be left out."""
    (tmp_path / "outside.txt").write_text("x")
    root = make(tmp_path / "p")
    (root / "odd").symlink_to(target)
    with pytest.raises(ProjectError, match=why) as raised:
        scan(str(root))
    assert ".launchignore" in raised.value.fix
    (root / ".launchignore").write_text("odd\n")
    assert names(scan(str(root))) == [".launchignore", "main.py"]


def test_a_pipe_is_refused_and_never_opened(tmp_path: Path):
    """A pipe has no content to send, and reading it would wait for ever."""
    root = make(tmp_path / "p")
    os.mkfifo(root / "queue")
    with pytest.raises(ProjectError, match="neither a file nor a folder"):
        scan(str(root))


def test_a_name_that_is_no_utf8_is_refused(tmp_path: Path):
    """Keys of S3 and JSON are UTF-8."""
    root = make(tmp_path / "p")
    with open(os.fsencode(root) + b"/caf\xe9.txt", "wb"):
        pass
    with pytest.raises(ProjectError, match="no UTF-8"):
        scan(str(root))


@pytest.mark.parametrize(
    ("paths", "named", "expected"),
    [
        (["main.py", "run.py"], None, "main.py"),
        (["run.py", "rain.py"], None, "run.py"),
        (["rain.py", "other.py"], None, "rain.py"),
        (["odd name.py"], None, "odd name.py"),
        (["odd.py", "setup.py", "test_odd.py", "conftest.py"], None, "odd.py"),
        (["main.py", "src/go.py"], "src/go.py", "src/go.py"),
        (["main.py", "src/go.py"], "./src/go.py", "src/go.py"),
    ],
)
def test_the_entry_is_found(paths: list[str], named: str | None, expected: str):
    """The script named, else main.py, run.py, one called like the folder, or the only one."""
    assert project.find_entry("rain", paths, named) == expected


def test_without_an_entry_the_fix_lists_the_scripts():
    """Two scripts are no choice of ours; none is another sentence; one that is not sent cannot start."""
    with pytest.raises(ProjectError, match="2 could be one") as two:
        project.find_entry("p", ["a.py", "b.py"], None)
    assert two.value.fix == "name one with --entry: a.py, b.py"
    with pytest.raises(ProjectError, match="no script") as none:
        project.find_entry("p", ["a.txt"], None)
    assert "main.py" in none.value.fix
    with pytest.raises(ProjectError, match=r"'gone.py' is not among"):
        project.find_entry("p", ["a.py"], "gone.py")


def test_data_travels_whole(tmp_path: Path):
    """Of data only .launchignore leaves something out; one file is known as such, with its folder as root."""
    root = write(
        tmp_path / "my data",
        {".gitignore": "*\n", "a b.csv": "1", "x.pyc": "2", "drop.me": "", ".launchignore": "drop.me"},
    )
    found = scan_input(str(root))
    assert [file.path for file in found.files] == [".gitignore", ".launchignore", "a b.csv", "x.pyc"]
    one = scan_input(str(root / "a b.csv"))
    assert (one.is_file, one.root, [file.path for file in one.files]) == (True, str(root), ["a b.csv"])
    with pytest.raises(ProjectError, match="is not there"):
        scan_input(str(root / "gone"))


def test_data_with_a_secret_is_refused(tmp_path: Path):
    """Everything that leaves the machine is looked at."""
    with pytest.raises(SecretError):
        scan_input(str(write(tmp_path / "d", {"dump.txt": KEY_ID})))


def test_ten_thousand_files(tmp_path: Path):
    """A large project is read whole, and its digest changes with one byte of one file and with nothing else."""
    root = tmp_path / "p"
    for folder in range(100):
        (root / f"dossier {folder}").mkdir(parents=True)
        for file in range(100):
            (root / f"dossier {folder}" / f"é{file}.txt").write_text(f"{folder} {file}")
    write(root, {"main.py": "", ".gitignore": "*.log\n!keep.log\n"})
    before = scan(str(root))
    assert len(before.files) == 10_002
    (root / "dossier 7" / "new.log").write_text("left out")
    assert scan(str(root)).digest == before.digest
    (root / "dossier 7" / "é7.txt").write_text("7 8")
    assert scan(str(root)).digest != before.digest


@given(st.binary(max_size=300))
def test_no_text_makes_the_guard_fail(content: bytes):
    """Any bytes are judged, and a key among them is found."""
    assert guard.by_content(content + PRIVATE.encode()) == "holds a private key" or b"\0" in content
    assert guard.by_content(content) is None


def test_a_rule_file_that_cannot_be_read_is_one_sentence(tmp_path: Path):
    """Bytes that are no text end the scan: guessing would send what should stay home."""
    root = make(tmp_path / "p")
    (root / ".gitignore").write_bytes(b"\xff\xfe*.pem")
    with pytest.raises(ProjectError, match=r"\.gitignore cannot be read"):
        ignoring.Layers().within(str(root), "")
