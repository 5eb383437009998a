"""The command line: exit codes, one line on stderr, and an artifact in place that stays as it is."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from model_training.__main__ import main

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path


GOOD = b"negative,It fell .\rneutral,It is so .\rpositive,It rose .\r"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (None, "expected a readable file, found no such file or directory"),
        (b"", "expected labelled rows, found an empty file"),
        (GOOD + b"positive\r", ", row 4: expected 2 columns, a label and a text, found 1"),
        (GOOD + b"happy,It rose .\r", ", row 4: expected a label out of negative, neutral, positive, found 'happy'"),
        (GOOD + b"positive,\0\r", ", row 4: expected text, found a NUL byte (byte 66): this is no text file"),
        (GOOD, "expected at least 5 usable rows labelled 'negative', found 1"),
    ],
)
def test_a_bad_file_is_one_line_and_exit_code_2(
    pair: Any,
    tree: Callable[[Path], dict[str, bytes]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    line: str,
) -> None:
    before = tree(pair.root)
    path = tmp_path / "bad.csv"
    if content is not None:
        path.write_bytes(content)

    code = main(["sentiment", "--data", str(path), "--out", str(pair.root)])

    out, err = capsys.readouterr()
    assert code == 2
    assert err.startswith(f"error: {path}")
    assert err.endswith(f"{line}\n")
    assert err.count("\n") == 1
    assert out == ""
    assert tree(pair.root) == before


def test_a_directory_is_no_data_file(pair: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sentiment", "--data", str(tmp_path), "--out", str(pair.root)]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path}: expected a readable file, found is a directory\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["mood"],
            "--text and --label: expected the names of the columns that hold the texts and the labels of 'mood', found",
        ),
        (["mood", "--text", "a"], "--text and --label: expected the names of two columns, found 'a' and 'none'"),
        (["mood", "--text", "a", "--label", "a"], "the names of two columns, found 'a' and 'a'"),
        (["sentiment", "--language", "de"], "--language: expected --text and --label beside it, which name columns"),
        (["mood", "--text", "a", "--label", "b", "--language", "German"], "--language: expected two or three small"),
        (["mood", "--text", "a", "--label", "b", "--licence", "CC\nBY"], "--licence: expected up to 100 characters on"),
        (["mood", "--text", "a", "--label", "b", "--min-per-label", "3"], "--min-per-label: expected 5 or more, one"),
        (["mood", "--text", "a", "--label", "b", "--encoding", "rot13"], "--encoding: expected an encoding such as"),
        (["mood", "--text", "a", "--label", "b", "--encoding", "utf-99"], "--encoding: expected an encoding such as"),
        (["../mood"], "task: expected a name of small letters, digits, _ and -, up to 40, that begins with a letter"),
        (["Mood"], "task: expected a name of small letters, digits, _ and -"),
        (["m" * 41], "task: expected a name of small letters, digits, _ and -"),
        (["mood/../x"], "task: expected a name of small letters, digits, _ and -"),
        (["sentiment", "--version", "2"], "--version: expected three numbers such as 1.2.0, found '2'"),
    ],
)
def test_an_argument_that_does_not_fit_is_exit_code_2(
    data_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    assert main([*arguments, "--data", data_file, "--out", str(tmp_path)]) == 2
    assert line in capsys.readouterr().err
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--folds", "1"],
        ["--epochs", "0"],
        ["--seed", "-1"],
        ["--token-rule", "0"],
        ["--jobs", "0"],
        ["--split-seeds", "0,0"],
        ["--split-seeds", "0,,1"],
        ["--split-seeds", "-1"],
        ["--max-empty", "2"],
        ["--max-empty", "some"],
        ["--min-per-label", "1"],
    ],
)
def test_a_number_out_of_range_is_refused_by_the_parser(
    data_file: str, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["sentiment", "--data", data_file, *arguments])

    assert caught.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_a_damaged_artifact_in_place_is_not_followed_blindly(
    pair: Any, data_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its version cannot be known, so the next one must be named."""
    pair.write(pair.weights, b"no weights")

    assert main(["sentiment", "--data", data_file, "--out", str(pair.root)]) == 2
    assert "--version: expected a version, as the artifact in place cannot be read" in capsys.readouterr().err


def test_an_artifact_of_other_data_is_kept_before_anything_is_fitted(
    pair: Any, tree: Callable[[Path], dict[str, bytes]], data_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3, one line, nothing on stdout, nothing changed, not even the log: nothing was judged."""
    pair.edit(pair.network, metrics={"ours": {name: {"mean": 0.8, "se": 0.01} for name in ("accuracy", "macro_f1")}})
    pair.edit(pair.network, data={"sha256": "b" * 64})
    before = tree(pair.root)

    assert main(["sentiment", "--data", data_file, "--out", str(pair.root)]) == 3

    out, err = capsys.readouterr()
    assert err.startswith("error: not replaced: sentiment-1.0.0 in place was measured on other data (SHA-256 bbbbbbbb")
    assert err.endswith("; --replace replaces it all the same\n")
    assert (err.count("\n"), out) == (1, "")
    assert tree(pair.root) == before


def test_texts_without_words_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"no,{'!' * n}" for n in range(1, 10)] + [f"yes,{'?' * n}" for n in range(1, 10)]
    (tmp_path / "signs.csv").write_text("\n".join(["label,text", *rows]))
    columns = ["--text", "text", "--label", "label", "--out", str(tmp_path / "root")]

    code = main(["signs", "--data", str(tmp_path / "signs.csv"), *columns])

    assert code == 2
    assert capsys.readouterr().err == (
        f"error: {tmp_path / 'signs.csv'}, column 'label': expected at least 5 rows of every label with different "
        "words, one for each fold, found 'no' with 0, 'yes' with 0; fewer --folds need fewer, more rows would be "
        "better\n"
    )
    assert not (tmp_path / "root").exists()


def test_a_bad_file_is_refused_before_anything_heavy_is_imported(
    command: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    """No TensorFlow, no scikit-learn, no Matplotlib: the answer comes at once, and without a traceback."""
    heavy = "{'tensorflow', 'keras', 'sklearn', 'matplotlib', 'rich'}"
    report = f"import atexit, sys; atexit.register(lambda: print(sorted({heavy} & sys.modules.keys()))); "

    run = command("sentiment", "--data", str(tmp_path / "none.csv"), before=report)
    out, err = run.communicate(timeout=60)

    assert run.returncode == 2
    assert err == f"error: {tmp_path / 'none.csv'}: expected a readable file, found no such file or directory\n"
    assert out == "[]\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("jobs", [("--jobs", "1"), ("--jobs", "2")])
def test_ctrl_c_leaves_everything_as_it_was(
    pair: Any,
    tree: Callable[[Path], dict[str, bytes]],
    data_file: str,
    command: Callable[..., subprocess.Popen[str]],
    jobs: tuple[str, str],
) -> None:
    """In the middle of a fit, in this process or in others: exit code 130, one line more on stderr, the same files."""
    before = tree(pair.root)
    run = command("sentiment", "--data", data_file, "--out", str(pair.root), "--epochs", "60", "--replace", *jobs)
    assert run.stderr is not None
    lines = [run.stderr.readline(), run.stderr.readline()]

    run.send_signal(signal.SIGINT)
    _, rest = run.communicate(timeout=60)

    assert lines == ["network, split 0, fold 1 of 5 ...\n", "network, split 0, fold 2 of 5 ...\n"]
    assert run.returncode == 130
    assert rest == "error: interrupted: nothing was changed\n"
    assert tree(pair.root) == before
