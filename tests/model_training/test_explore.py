"""The notebook runs from top to bottom, and is committed without outputs."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FILE = Path(__file__).parents[2] / "model_training" / "explore.ipynb"


def test_no_output_is_committed() -> None:
    """It would carry sentences of a data set whose licence does not allow it."""
    notebook = nbformat.read(FILE, as_version=4)

    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert 6 <= len(notebook.cells) <= 10
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_it_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the made-up file: every cell, the plot and the three rows of the comparison."""
    monkeypatch.delenv("UNDERTONE_DATA", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    notebook = nbformat.read(FILE, as_version=4)

    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": os.path.dirname(FILE)}}).execute()

    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    text = "".join(output.get("text", "") for output in outputs)
    assert all(row in text for row in ("this network", "original", "majority"))
    assert any("image/png" in output.get("data", {}) for output in outputs)
