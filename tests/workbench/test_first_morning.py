"""The notebook runs from top to bottom over made data, and is committed without outputs."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FILE = Path(__file__).parents[2] / "workbench" / "first_morning.ipynb"


def test_no_output_is_committed():
    """It would carry texts of data that have a licence."""
    code = [cell for cell in nbformat.read(FILE, as_version=4).cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_it_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Every cell: the figures, a labelling that changes nothing when repeated, and five pictures."""
    for name in ("DATA", "PYTHONWARNINGS"):
        monkeypatch.delenv(name, raising=False)
    for name, folder in (("IPYTHONDIR", "ipython"), ("JUPYTER_RUNTIME_DIR", "runtime"), ("MPLCONFIGDIR", "mpl")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    notebook = nbformat.read(FILE, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": os.path.dirname(FILE)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    text = "".join(output.get("text", "") for output in outputs)
    assert all(words in text for words in ("logistic regr.", "macro-F1 0.", "1,920 rows changed, then 0", "majority"))
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 5
