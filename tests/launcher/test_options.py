"""What a run is told: one frozen value, and which of four places says it."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher import folders, options
from launcher.durations import parse_duration, show_duration
from launcher.errors import OptionsError
from launcher.keep import Keep, kept, parse_keep
from launcher.options import Options
from launcher.values import PARSERS


def read(tmp_path: Path, toml: str = "", given: dict[str, Any] | None = None, **environ: str) -> Options:
    if toml:
        (tmp_path / "pyproject.toml").write_text(toml, encoding="utf-8")
    return options.read(str(tmp_path), given or {}, environ)


def test_argument_over_environment_over_file_over_default(tmp_path: Path):
    """The strongest that says something wins, each option for itself."""
    found = read(
        tmp_path,
        "[tool.launcher]\nvcpus = 2\nmemory-gb = 4\ngpus = 1\nspot = true\n",
        {"vcpus": 8.0, "memory_gb": None},
        LAUNCHER_VCPUS="4",
        LAUNCHER_MEMORY_GB="16",
    )
    expected = (8.0, 16.0, 1, True, 3600)
    assert (found.vcpus, found.memory_gb, found.gpus, found.spot, found.timeout_s) == expected


def test_every_option_has_its_reader():
    """No option can be added that no text can say."""
    assert set(PARSERS) == {field.name for field in dataclasses.fields(Options)}


def test_every_kind_of_value_by_text_and_by_toml(tmp_path: Path):
    """A text of the environment and a value of TOML mean the same."""
    by_file = read(
        tmp_path,
        '[tool.launcher]\ntimeout = "2h"\nmax-cost = 2.5\nkeep = ["image", "instance:30m"]\nregion = "eu-west-1"\n'
        'spot = true\npython = "3.13"\nnotify = "ada@example.org"\nengine = "aws"\n'
        '[tool.launcher.env]\nMODE = "fast"\nSEED = 7\n',
    )
    (tmp_path / "pyproject.toml").unlink()
    by_text = read(
        tmp_path, LAUNCHER_TIMEOUT="2h", LAUNCHER_MAX_COST="2.5", LAUNCHER_KEEP="image,instance:30m",
        LAUNCHER_SPOT="yes", LAUNCHER_REGION="eu-west-1", LAUNCHER_PYTHON="3.13.1", LAUNCHER_NOTIFY="ada@example.org",
        LAUNCHER_ENGINE="aws", LAUNCHER_ENV="MODE=fast,SEED=7",
    )  # fmt: skip
    assert by_file == by_text
    expected = (7200, 2.5, (Keep("image"), Keep("instance", 1800)), {"MODE": "fast", "SEED": "7"})
    assert (by_text.timeout_s, by_text.max_cost, by_text.keep, by_text.env) == expected


@pytest.mark.parametrize(
    ("toml", "where"),
    [
        ("[tool.launcher]\nvcpu = 3\n", "'vcpu', which is no option"),
        ('[tool.launcher]\nvcpus = "many"\n', r"vcpus under \[tool.launcher\]"),
        ('[tool.launcher]\nallow-secrets = ".env"\n', "may not say allow_secrets"),
        ("[tool.launcher]\nreplace = true\n", "may not say replace"),
        ("[tool]\nlauncher = 3\n", "is no table"),
        ("[tool.launcher\n", "cannot be read"),
        ("[tool.launcher]\ntimeout = 120\n", ""),
    ],
)
def test_a_wrong_file_is_one_sentence(tmp_path: Path, toml: str, where: str):
    """It names the place and has a fix; a number of TOML is seconds where a duration is meant."""
    if not where:
        assert read(tmp_path, toml).timeout_s == 120
        return
    with pytest.raises(OptionsError, match=where) as raised:
        read(tmp_path, toml)
    assert raised.value.fix


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"vcpus": "x"}, "--vcpus: 'x' is no number"),
        ({"vcpus": True}, "--vcpus: True is no number"),
        ({"vcpus": 0}, "--vcpus 0 cannot be"),
        ({"memory_gb": float("nan")}, "--memory-gb: nan is no number"),
        ({"gpus": 1.5}, "--gpus: 1.5 is no whole number"),
        ({"timeout_s": "120"}, "--timeout: '120' is no duration"),
        ({"timeout_s": "5s"}, "--timeout cannot be so"),
        ({"max_cost": -1}, "--max-cost must be more than 0"),
        ({"engine": "azure"}, "--engine azure is not known"),
        ({"python": "2.7"}, "--python 2.7 is not known"),
        ({"notify": "me"}, "--notify: 'me' is no mail address"),
        ({"env": ["A B=1"]}, "--env: ['A B=1'] is no NAME=value"),
        ({"env": "A"}, "--env: 'A' is no NAME=value"),
        ({"keep": "instance"}, "--keep: --keep instance has no end, and a machine costs money"),
        ({"keep": "disk"}, "--keep: --keep knows no 'disk'"),
        ({"keep": "image,image"}, "--keep: --keep names image twice"),
    ],
)
def test_what_cannot_be_is_one_sentence(tmp_path: Path, given: dict[str, Any], message: str):
    """The option is named as it was typed, and there is a fix."""
    with pytest.raises(OptionsError) as raised:
        read(tmp_path, given=given)
    assert str(raised.value) == message
    assert raised.value.fix


def test_a_wrong_variable_is_named(tmp_path: Path):
    """Who set it long ago finds it again; an empty one says nothing."""
    with pytest.raises(OptionsError, match="LAUNCHER_TIMEOUT: 'soon' is no duration"):
        read(tmp_path, LAUNCHER_TIMEOUT="soon")
    assert read(tmp_path, LAUNCHER_TIMEOUT="", LAUNCHER_REPLACE="1", LAUNCHER_ALLOW_SECRETS=".env").replace is False


def test_python_by_the_projects_own_file(tmp_path: Path):
    """.python-version is weaker than all that speaks to the launcher, and cut to two parts."""
    (tmp_path / ".python-version").write_text("3.11.9\n")
    assert read(tmp_path).python == "3.11"
    assert read(tmp_path, LAUNCHER_PYTHON="3.13").python == "3.13"


def test_options_do_not_change():
    """Read once, the same for the whole run."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Options("p").vcpus = 3  # type: ignore[misc]


@given(st.integers(1, 10**7))
def test_a_duration_comes_back(seconds: int):
    """What is shown can be said, to within its smaller unit."""
    shown = parse_duration(show_duration(seconds))
    assert 0 <= seconds - shown < (3600 if seconds >= 86400 else 60 if seconds >= 3600 else 1)


@pytest.mark.parametrize("text", ["", " ", "2", "h", "2x", "-1h", "1m1h", "0s", "1e3s", "٣h٣"])
def test_no_duration(text: str):
    """A bare number has no unit, so nobody knows what it means."""
    with pytest.raises(OptionsError):
        parse_duration(text)


def test_what_is_kept():
    """Kinds are kept by name."""
    keep = parse_keep("bucket, instance:1h30m")
    assert [str(one) for one in keep] == ["bucket", "instance:1h30m"]
    assert (kept(keep, "bucket"), kept(keep, "image")) == (True, False)


def test_folders_by_the_specification():
    """A relative XDG folder is ignored, as its specification says."""
    assert folders.cache({"XDG_CACHE_HOME": "relative", "HOME": "/home/ada"}) == "/home/ada/.cache/launcher"
