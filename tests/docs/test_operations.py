"""What operators are given, held against the service: dashboard, alerts, alarms, log fields."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from app.telemetry import UNITS, Telemetry
from tests.app.serving import TEXT, Inside, body_of
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPERATIONS = ROOT / "docs/operations"
BUILT_IN = {"up", "ALERTS"}
"""Prometheus's own."""


@pytest.fixture(scope="module")
def figures(shipped: Path) -> dict[str, set[str]]:
    """Every figure of the exposition, by each sample's name, with the names of its labels."""
    client = Inside(artifacts=str(shipped))
    client.post("/predict", body_of(TEXT))
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((OPERATIONS / "grafana.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def rules() -> list[dict[str, Any]]:
    loaded = yaml.safe_load((OPERATIONS / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in loaded["groups"] for rule in group["rules"]]


def _selectors(expression: str) -> Iterator[tuple[str, set[str]]]:
    """The figures of a PromQL expression, each with the labels that it is chosen by."""
    bare = re.sub(r"\b(?:by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)", "", expression)
    for name, _, inside in re.findall(r"\b((?:undertone|process)_\w+|up|ALERTS)\b(\{([^}]*)\})?", bare):
        yield name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", inside))


def _grouped(expression: str) -> set[str]:
    lists = re.findall(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)", expression)
    return {name.strip() for names in lists for name in names.split(",")}


def _unknown(expression: str, figures: dict[str, set[str]]) -> list[str]:
    """What an expression names that the service does not tell."""
    wrong: list[str] = []
    labels = {"job", "instance", "pid"}
    for name, chosen in _selectors(expression):
        if name not in figures and name not in BUILT_IN:
            wrong.append(name)
        labels |= figures.get(name, {"alertname", "alertstate"})
        wrong += sorted(chosen - figures.get(name, {"alertname", "alertstate"}) - {"job", "instance", "pid"})
    return wrong + sorted(_grouped(expression) - labels)


def _expressions(dashboard: dict[str, Any]) -> list[str]:
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    return panels + [annotation["expr"] for annotation in dashboard["annotations"]["list"]]


def test_the_dashboard_asks_for_figures_that_there_are(dashboard: dict[str, Any], figures: dict[str, set[str]]) -> None:
    """Each expression names figures and labels of the exposition, and chooses by job and instance."""
    expressions = _expressions(dashboard)
    assert len(expressions) >= 15
    assert [wrong for expression in expressions for wrong in _unknown(expression, figures)] == []
    for expression in expressions[:-1]:
        assert all({"job", "instance"} <= chosen for _, chosen in _selectors(expression))


def test_every_figure_of_ours_is_on_the_dashboard(dashboard: dict[str, Any], figures: dict[str, set[str]]) -> None:
    """What is counted is looked at."""
    shown = {name for expression in _expressions(dashboard) for name, _ in _selectors(expression)}
    bases = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in figures if name.startswith("undertone_")}
    assert {base for base in bases if not any(name.startswith(base) for name in shown)} == set()


def test_panels_stand_apart_and_take_their_data_from_the_variable(dashboard: dict[str, Any]) -> None:
    """Ids are unique, no two panels share a place, and the data source is whoever imports it chooses."""
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) == 23
    variables = {variable["name"]: variable["type"] for variable in dashboard["templating"]["list"]}
    assert variables == {"datasource": "datasource", "job": "query", "instance": "query"}
    sources = {json.dumps(source) for source in _values(dashboard, "datasource")}
    assert sources == {'{"type": "prometheus", "uid": "${datasource}"}'}
    assert set(re.findall(r"\$\{?(\w+)", json.dumps(dashboard))) <= {*variables, "__rate_interval", "__all"}


def _values(node: Any, key: str) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from ((value for name, value in node.items() if name == key))
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _values(child, key)


def test_alerts_ring_on_figures_that_there_are(rules: list[dict[str, Any]], figures: dict[str, set[str]]) -> None:
    """Each expression names figures and labels of the exposition, of the job that metrics.md names."""
    assert [wrong for rule in rules for wrong in _unknown(rule["expr"], figures)] == []
    for rule in rules:
        assert all("job" in chosen or name == "undertone_model_info" for name, chosen in _selectors(rule["expr"]))
    assert "job_name: undertone" in (OPERATIONS / "metrics.md").read_text()


def _sections(chapter: str) -> set[str]:
    text = (OPERATIONS / "alarms.md").read_text(encoding="utf-8").partition(f"\n## {chapter}\n")[2]
    return set(re.findall(r"^### (\w+)$", text.partition("\n## ")[0], re.MULTILINE))


def test_every_alert_says_what_to_do(rules: list[dict[str, Any]]) -> None:
    """An alert has a severity, a sentence, and a section of alarms.md; a section has its alert."""
    names = [rule["alert"] for rule in rules]
    assert len(names) == len(set(names))
    assert set(names) == _sections("Prometheus")
    for rule in rules:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["runbook"] == f"docs/operations/alarms.md#{rule['alert'].lower()}"


def test_every_alarm_of_the_stack_says_what_to_do() -> None:
    """Each alarm of template.yaml has a section of alarms.md, and no section is of another."""
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    alarms = set(re.findall(r"^  (\w+):\n    Type: AWS::CloudWatch::Alarm$", template, re.MULTILINE))
    assert len(alarms) == 7
    assert _sections("CloudWatch") == alarms


def test_metrics_md_tells_every_figure(figures: dict[str, set[str]]) -> None:
    """A row for each figure, with its labels; a process's own may have `pid` beside."""
    page = (OPERATIONS / "metrics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (`\w+`(?:, `\w+`)*) \|", page, re.MULTILINE)
    told = {name: set(re.findall(r"\w+", labels)) for names, labels in rows for name in re.findall(r"\w+", names)}
    counted: dict[str, set[str]] = {}
    for name, labels in figures.items():
        if not name.endswith("_created"):
            counted.setdefault(re.sub(r"_(bucket|sum|count)$", "", name), set()).update(labels)
    assert {name: labels - {"pid"} for name, labels in told.items()} == counted


def test_logs_md_tells_every_field(shipped: Path) -> None:
    """Each field of a request's line, of a feedback's, and of an invocation's has its word."""
    page = (OPERATIONS / "logs.md").read_text(encoding="utf-8")
    client = Inside(artifacts=str(shipped))
    request = client.post("/predict", body_of(TEXT)).headers["x-request-id"]
    client.post("/feedback", json.dumps({"request_id": request, "label": "positive"}).encode())
    fields = {name for line in client.logged() for name in line}
    lines: list[bytes] = []
    Telemetry("undertone", lines.append, {"import": 1.0}).line("direct", 200, [], 1.0, fault=False, request_id="a")
    fields |= set(msgspec.json.decode(lines[0])) | set(UNITS)
    assert {name for name in fields if f"`{name}`" not in page} == set()


def test_the_log_of_the_examples_is_a_log(shipped: Path) -> None:
    """docs/operations/sample.log has the fields that the service writes, in its order."""
    client = Inside(artifacts=str(shipped))
    client.post("/predict", body_of(TEXT))
    written = list(client.logged()[0])
    sample = [json.loads(line) for line in (OPERATIONS / "sample.log").read_text().splitlines()]
    assert [list(line) for line in sample if "answers" in line] == [written] * 4


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is needed: apt-get install prometheus")
@pytest.mark.parametrize("command", ["check rules docs/operations/alerts.yml", "test rules tests/docs/alerts_test.yml"])
def test_prometheus_agrees(command: str) -> None:
    """Prometheus's own tool reads the rules, and they ring in trouble and are silent in health."""
    done = subprocess.run(["promtool", *command.split()], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried() -> None:
    """tests/docs/alerts_test.yml has each alert silent once and ringing once."""
    text = (ROOT / "tests/docs/alerts_test.yml").read_text(encoding="utf-8")
    names = sorted(_sections("Prometheus"))
    assert sorted(re.findall(r"alertname: (\w+), exp_alerts: \[\]", text)) == names
    assert sorted(re.findall(r'alertname="(\w+)"', text)) == names
