"""The documentation does what it says: commands run as they stand, links lead somewhere, figures are those measured."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.app.serving import free_port
from tests.docs.pages import PAGES, ROOT, Example, examples, named_ports, run, services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXAMPLES = [example for page in PAGES for example in examples(page)]
NOT_RUN = {
    ("docs/launcher-aws.md", "from launcher.rehearsal"): "is a part of a test",
    ("docs/launcher.md", "from launcher import remote"): "needs an AWS account",
    ("docs/workbench-engines.md", "from workbench import expressions"): "needs sources of one's own",
}
"""Page and beginning of a command that cannot run here, and why."""
SHELL_BLOCKS = {
    "README.md": "starts the service and all tests",
    "docs/batch-aws.md": "needs an AWS account",
    "docs/behaviour.md": "takes minutes",
    "docs/deploy.md": "needs an AWS account",
    "docs/doors/lambda.md": "needs an AWS account",
    "docs/doors/queues.md": "needs an AWS account",
    "docs/drift.md": "needs logs and an AWS account",
    "docs/first-hour.md": "starts a service, trains, loads, deploys",
    "docs/image.md": "needs an engine of containers",
    "docs/launcher-aws.md": "needs an AWS account",
    "docs/launcher-sweep.md": "needs an AWS account",
    "docs/launcher.md": "run by tests/launcher/local",
    "docs/loadtest-run.md": "takes minutes",
    "docs/loadtest.md": "takes minutes",
    "docs/local-lambda.md": "starts a service",
    "docs/operations/alarms.md": "needs an AWS account",
    "docs/operations/cost.md": "needs an AWS account",
    "docs/operations/keys.md": "makes a random key",
    "docs/operations/logs.md": "needs a log of one's own",
    "docs/operations/rollback.md": "needs an AWS account",
    "docs/own-classes.md": "run by tests/model_training/test_own_classes_page.py",
    "docs/reviews.md": "needs reviews of one's own",
    "docs/translation.md": "takes a minute, with apertium",
    "docs/workbench-aws.md": "needs an AWS account",
    "docs/workbench-engines.md": "needs sources of one's own",
    "docs/workbench.md": "takes minutes",
}
"""Pages with `sh` blocks, which are not run, and why. What they name is looked up all the same."""


@pytest.fixture(scope="session")
def shipped_artifact() -> None:
    """The pages show the answers of the artifact that is committed; one of your own answers otherwise."""
    folders = ("saved_model/sentiment", "vectorizer/sentiment")
    command = ["git", "status", "--porcelain", "--", *folders]
    if subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False).stdout:
        pytest.skip("the artifact in place is not the committed one")


@pytest.fixture(scope="session")
def ports() -> Iterator[dict[int, int]]:
    """A service, with the artifact that is shipped, for each port that the pages name."""
    with services(named_ports(EXAMPLES), free_port) as started:
        yield started


@pytest.mark.usefixtures("shipped_artifact")
@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_an_example_prints_what_stands_under_it(example: Example, ports: dict[int, int]) -> None:
    """Each command and program has the output shown, `...` standing for anything."""
    for (page, start), reason in NOT_RUN.items():
        if example.page == page and example.source.startswith(start):
            pytest.skip(reason)
    if re.search(r"\bjq\b", example.source) and not shutil.which("jq"):
        pytest.skip("jq is needed: apt-get install jq")
    printed = run(example, ports)
    assert example.matches(printed), f"python -m tests.docs.pages {example.page} writes it anew; it printed\n{printed}"


def test_what_is_not_run_is_there() -> None:
    """The two lists name what the pages hold and nothing else, so that they cannot hide anything."""
    with_blocks = {str(page.relative_to(ROOT)) for page in PAGES if "```sh\n" in page.read_text()}
    assert with_blocks == set(SHELL_BLOCKS)
    unused = [key for key in NOT_RUN if not any(e.page == key[0] and e.source.startswith(key[1]) for e in EXAMPLES)]
    assert unused == []


def _shell(page: Path) -> str:
    return "\n".join(re.findall(r"^```(?:sh|console)\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_commands_name_what_exists(page: Path) -> None:
    """Targets and variables of make, modules and scripts in a page's commands are those of the project."""
    makefile, text = (ROOT / "Makefile").read_text(), _shell(page)
    calls = re.findall(r"\bmake ([a-z][a-z-]*)([^#\n|&]*)", text)
    targets = [target for target, _ in calls if not re.search(rf"^{target}:", makefile, re.MULTILINE)]
    variables = {name for _, rest in calls for name in re.findall(r"(?:^| )([A-Z][A-Z0-9_]*)=", rest)}
    missing = {name for name in variables if not re.search(rf"\$[({{](call option,)?{name}\b|value {name}\b", makefile)}
    modules = {name for name in re.findall(r"python3? -m ([a-z_.]+)", text) if not importlib.util.find_spec(name)}
    scripts = [name for name in re.findall(r"\b((?:tests|docs)/[\w/.-]+\w)", text) if not (ROOT / name).exists()]
    assert (targets, missing, modules, scripts) == ([], set(), set(), [])


ANCHORED = [*PAGES, ROOT / "CHANGELOG.md", *sorted((ROOT / "saved_model").rglob("*.md"))]


def _anchors(page: Path) -> set[str]:
    """The names that GitHub gives to a page's headings: small letters, spaces as hyphens, no other signs."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", title).lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", ANCHORED, ids=[str(page.relative_to(ROOT)) for page in ANCHORED])
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link is a file of the repository, and its anchor a heading there."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    broken = []
    for target, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)]*))?\)", text):
        place = (page.parent / target).resolve() if target else page
        if not place.exists() or (anchor and anchor not in _anchors(place)):
            broken.append(f"{target}#{anchor}")
    assert broken == []


def test_every_page_is_in_the_index() -> None:
    """docs/README.md, or a page that it links to, leads to every page; nobody has to search."""
    seen, waiting = set(), [ROOT / "docs/README.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8")):
            place = (page.parent / target).resolve()
            found = sorted(place.glob("*.md")) if place.is_dir() else [place]
            waiting += [one for one in found if one.suffix == ".md" and one.exists() and one not in seen]
    assert {str(page.relative_to(ROOT)) for page in PAGES} - {str(page.relative_to(ROOT)) for page in seen} == set()


def test_the_readme_is_one_screen() -> None:
    """What it is, a picture, two commands, figures and doors, in at most 80 lines."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.count("\n") <= 80
    assert "\nmake serve" in readme
    assert "\nmake test" in readme
    assert readme.count("](docs/doors/") == len(list((ROOT / "docs/doors").glob("*.md")))


def test_the_readmes_figures_are_those_measured() -> None:
    """Each number of the table stands in docs/benchmarks.md or in the model card, written the same way."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Figures\n")[2].partition("\n## ")[0]
    cells = [cell for line in table.splitlines() if line.startswith("| ") for cell in line.strip("|").split("|")[1:]]
    numbers = {number for cell in cells for number in re.findall(r"\d[\d,]*(?:\.\d+)?", cell)}
    measured = "".join(
        (ROOT / name).read_text() for name in ("docs/benchmarks.md", "saved_model/sentiment/MODEL_CARD.md")
    )
    found = set(re.findall(r"\d[\d,]*(?:\.\d+)?", measured))
    assert len(numbers) > 15
    assert numbers - found == set()


def test_the_drawing_shows_what_is_there() -> None:
    """docs/architecture.svg is well formed, names files and folders of the project, and has colours for the dark."""
    drawing = (ROOT / "docs/architecture.svg").read_text(encoding="utf-8")
    texts = ["".join(node.itertext()) for node in ET.fromstring(drawing).iter() if node.tag.endswith("}text")]  # noqa: S314  # our own
    named = {name for text in texts for name in re.findall(r"\b[a-z_]+(?:\.py|/)", text)}
    places = {name: [*ROOT.glob(f"{name}*"), *ROOT.glob(f"app/{name}*")] for name in named}
    assert named >= {"asgi.py", "lambda_handler.py", "front.py", "predict.py", "api.py", "app/", "textmodel/"}
    assert [name for name, found in places.items() if not found] == []
    assert "prefers-color-scheme: dark" in drawing
