"""The error tree: who has to act, and what is needed to act."""

from __future__ import annotations

import inspect
import pickle

import pytest

from textmodel import errors

ARTIFACT_ERRORS = [
    errors.ArtifactMissing,
    errors.ArtifactMalformed,
    errors.ArtifactVersion,
    errors.ArtifactHash,
    errors.ArtifactPair,
    errors.ArtifactLabels,
    errors.ArtifactShape,
    errors.ArtifactGolden,
]


def test_the_tree_is_whole():
    """The module has the three branches, every artifact error below the last, and nothing else."""
    expected = {errors.TextModelError, errors.TextError, errors.TargetError, errors.ArtifactError, *ARTIFACT_ERRORS}
    assert {kind for _, kind in inspect.getmembers(errors, inspect.isclass)} == expected


@pytest.mark.parametrize("kind", ARTIFACT_ERRORS)
def test_artifact_errors_say_where_and_what(kind: type[errors.ArtifactError]):
    """An artifact error carries the file and both values, and its message names all three."""
    error = kind("weights.safetensors", "format 1", 2)
    expected = ("weights.safetensors", "format 1", 2, "weights.safetensors: expected format 1, found 2")
    assert (error.path, error.expected, error.found, str(error)) == expected


@pytest.mark.parametrize("kind", ARTIFACT_ERRORS)
def test_artifact_errors_are_one_family(kind: type[errors.ArtifactError]):
    """Whoever catches ArtifactError catches each of them, and no TextError."""
    assert (issubclass(kind, errors.ArtifactError), issubclass(kind, errors.TextError)) == (True, False)


def test_text_error_names_the_type():
    """A TextError names the type that was given."""
    error = errors.TextError("bytes")
    expected = ("bytes", "expected a text (str), found bytes")
    assert (error.found, str(error)) == expected


@pytest.mark.parametrize(
    "error", [errors.TextError("int"), errors.TargetError(1.5), *(kind("file", 1, 2) for kind in ARTIFACT_ERRORS)]
)
def test_errors_cross_processes(error: errors.TextModelError):
    """A pickled error, as worker processes send it, comes back the same."""
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize(
    "kind", [errors.TextModelError, errors.TextError, errors.TargetError, errors.ArtifactError, *ARTIFACT_ERRORS]
)
def test_every_class_has_its_sentence(kind: type[Exception]):
    """Each class says in one sentence when it is raised, and the module's tree names it."""
    assert kind.__doc__
    assert kind.__name__ in errors.__doc__
