"""The trained pairs of text models, by task.

Left out: training them (`trainer`), and media models (`tabular_file`).
"""

from textmodel import ArtifactError, Model, load
from textmodel.model import ROOT

from .errors import RunError


def read(task: str, artifacts: str = ROOT) -> Model:
    """The pair of a task.

    Raises: RunError where there is none that can be used.
    """
    try:
        return load(task, artifacts)
    except ArtifactError as error:
        raise RunError(f"model {task}", f"a trained pair ({error.expected})", f"{error.path}: {error.found}") from error
