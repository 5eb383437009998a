"""A .mode file is read without a shell, and leads to English by the shortest way."""

from pathlib import Path

import pytest

from batch.engines.apertium.modes import modes_of, read, routes
from batch.errors import EngineError


def _pairs(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / f"{name}.mode").write_text("cat $1")
    return folder


def test_every_program_flushes_at_a_null(tmp_path: Path):
    """-z comes first, -g marks unknown words, the tagger's option goes."""
    (tmp_path / "b.bin").write_bytes(b"")
    (tmp_path / "spa-eng.mode").write_text(f"cat '{tmp_path}/b.bin' | sort -g $2 x | cat $1 '{tmp_path}/b.bin'\n")
    found = read(tmp_path / "spa-eng.mode").commands
    expected = [("-z", f"{tmp_path}/b.bin"), ("-z", "-g", "x"), ("-z", "-g", f"{tmp_path}/b.bin")]
    assert [command[1:] for command in found] == expected


def test_other_data_is_another_version(tmp_path: Path):
    """The digest goes by what the data files hold."""
    digests = set()
    for content in (b"1", b"2"):
        folder = tmp_path / content.decode()
        folder.mkdir()
        (folder / "a.bin").write_bytes(content)
        (tmp_path / "spa-eng.mode").write_text(f"cat '{folder}/a.bin'")
        digests.add(read(tmp_path / "spa-eng.mode").digest)
    assert len(digests) == 2


def test_direct_beats_pivot_and_spanish_beats_catalan(tmp_path: Path):
    """Each language has one way."""
    folder = _pairs(tmp_path, "spa-eng", "cat-eng", "fr-es", "fra-cat", "ita-cat", "es-fr", "eng-spa", "cat-eng_US")
    expected = {
        "es": ("es", "en"),
        "ca": ("ca", "en"),
        "fr": ("fr", "es", "en"),
        "it": ("it", "ca", "en"),
    }
    assert routes(folder) == expected
    assert [mode.name for mode in modes_of(("it", "ca", "en"), folder)] == ["ita-cat", "cat-eng"]


def test_nothing_installed(tmp_path: Path):
    """No folder is no way."""
    assert routes(tmp_path / "none") == {}


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("no-such-program-of-apertium a", "needs no-such-program-of-apertium, which is not installed"),
        ("cat '/no/such.bin'", "needs /no/such.bin: No such file"),
        ("", "needs a program"),
    ],
)
def test_half_an_installation_is_told(tmp_path: Path, mode: str, message: str):
    """The error names what is missing."""
    (tmp_path / "spa-eng.mode").write_text(mode)
    with pytest.raises(EngineError, match=message):
        read(tmp_path / "spa-eng.mode")


def test_the_real_modes_are_what_apertium_makes_of_them(apertium: dict[str, tuple[str, ...]]):
    """Each program of the installed modes is there and flushes."""
    for route in apertium.values():
        for mode in modes_of(route):
            assert all(command[1] == "-z" for command in mode.commands)
            assert sum("-g" in command for command in mode.commands) >= 1
