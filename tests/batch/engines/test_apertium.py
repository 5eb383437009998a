"""The real apertium, where it is installed."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batch.engines import Failed, Translated
from batch.engines.apertium.engine import Apertium
from batch.engines.apertium.modes import MODES
from batch.errors import EngineError
from batch.quality.lines import read

pytestmark = pytest.mark.usefixtures("apertium")
ODD = "^$@/\\[]{}<>*#~+|_-='\"%&;:,()«»¿¡…😀\u200b\u00ad\ufeff日本مرحبا\0\n\t"  # noqa: RUF001  # as people write
TRAPS = ["[n3]", "[x41]", "\\<prn\\>", ".[s]", "<STREAMCMD:FLUSH>", "[[t:b:1]]", "^a<b>$", "me@x.es", "24/7", "C++"]


@pytest.fixture
def spanish(apertium: dict[str, tuple[str, ...]]) -> Iterator[Apertium]:
    if "es" not in apertium:
        pytest.skip("apertium-eng-spa is not installed")
    engine = Apertium("es")
    yield engine
    engine.close()


def test_it_translates(spanish: Apertium):
    """Spanish comes out as English, unknown words as they were."""
    expected = [
        Translated("The hotel is big.", 0.0, negation_lost=False),
        Translated("The xyzzy is bad", 0.25, negation_lost=False),
    ]
    assert spanish.translate(["El hotel es grande.", "La xyzzy es mala"]) == expected


def test_it_says_what_apertium_says(spanish: Apertium):
    """Kept warm, it gives what `apertium -u` gives for a file."""
    texts = [line.text for line in read() if line.language == "es"]
    program = shutil.which("apertium")
    assert program
    found = [" ".join(answer.english.split()) for answer in spanish.translate(texts) if isinstance(answer, Translated)]
    expected = [
        " ".join(
            subprocess.run(
                [program, "-u", "spa-eng"], input=text, capture_output=True, text=True, check=True
            ).stdout.split()
        )
        for text in texts[:3]
    ]
    assert found[:3] == expected


def test_a_lost_negation_is_seen(spanish: Apertium):
    """The fault that apertium is known for."""
    [found] = spanish.translate(["Nadie me respondió"])
    assert found == Translated("Anybody answered me", 0.0, negation_lost=True)


def test_texts_without_words_stay_as_they_are(spanish: Apertium):
    """Nothing is started for them."""
    expected = ["", "12345 !!!", "😀"]
    assert [answer.english for answer in spanish.translate(expected) if isinstance(answer, Translated)] == expected
    assert spanish.process_ids == []


@pytest.mark.parametrize("language", ["es", "fr", "pt", "it", "ca"])
def test_any_text_is_answered(apertium: dict[str, tuple[str, ...]], language: str):
    """Letters with a meaning to the programs, in any place, break nothing and come out again."""
    if language not in apertium:
        pytest.skip(f"no pair for {language}")
    rng = random.Random(7)
    words = [word for line in read() for word in line.text.split()]
    pieces = [lambda: rng.choice(words), lambda: "".join(rng.choices(ODD, k=3)), lambda: rng.choice(TRAPS)]
    texts = [
        "".join(rng.choice(pieces)() + rng.choice(["", " "]) for _ in range(rng.randrange(12))) for _ in range(300)
    ]
    engine = Apertium(language)
    found = engine.translate(texts)
    engine.close()
    assert [answer for answer in found if isinstance(answer, Failed)] == []
    signs = [
        ("".join(c for c in text if c in "^$@{}<>*#~+"), answer) for text, answer in zip(texts, found, strict=True)
    ]
    assert [
        answer
        for ours, answer in signs
        if isinstance(answer, Translated) and sorted(ours) != sorted(c for c in answer.english if c in "^$@{}<>*#~+")
    ] == []


@pytest.mark.parametrize("language", ["es", "fr", "pt", "ca"])
def test_a_batch_equals_its_singles(apertium: dict[str, tuple[str, ...]], language: str):
    """Neither order nor company changes a translation (of Italian it may: docs/translation.md)."""
    if language not in apertium:
        pytest.skip(f"no pair for {language}")
    texts = [line.text for line in read() if line.language == language]
    engine = Apertium(language)
    expected = {text: engine.translate([text])[0] for text in texts}
    shuffled = random.Random(1).sample(texts * 4, len(texts) * 4)
    found = engine.translate(shuffled)
    engine.close()
    assert found == [expected[text] for text in shuffled]


def test_through_another_language(apertium: dict[str, tuple[str, ...]]):
    """French goes through Spanish, and a word that neither knows counts once."""
    if "fr" not in apertium:
        pytest.skip("no pair for fr")
    engine = Apertium("fr")
    [found] = engine.translate(["L\u2019hôtel n\u2019est pas xyzzy"])
    engine.close()
    assert engine.name == f"apertium:{'-'.join(apertium['fr'])}"
    assert isinstance(found, Translated)
    assert found.english.startswith("The hotel is not")
    assert found.unknown_words == round(1 / 6, 6)


def test_a_stage_that_dies_on_a_text(tmp_path: Path, spanish: Apertium):
    """In the middle of the real programs, one text kills one of them: it fails, the others are translated."""
    program = tmp_path / "killer"
    program.write_text(
        f"#!{sys.executable}\nimport os\nwhile piece := os.read(0, 65536):\n"
        "    if b'muerte' in piece: os.kill(os.getpid(), 11)\n    os.write(1, piece)\n"
    )
    program.chmod(0o755)
    first, _, rest = (MODES / "spa-eng.mode").read_text().partition(" | ")
    (tmp_path / "spa-eng.mode").write_text(f"{first} | '{program}' | {rest}")
    engine = Apertium("es", modes=tmp_path)
    texts = ["Muy bueno.", "Una muerte.", "No me gusta.", "El hotel es grande."]
    found = engine.translate(texts)
    engine.close()
    expected = [*spanish.translate(texts[:1]), Failed("killer stopped with -11"), *spanish.translate(texts[2:])]
    assert found == expected


def test_a_language_without_a_pair():
    """The error names the direction and the place."""
    with pytest.raises(EngineError, match="apertium has no pair from de to en in"):
        Apertium("de")


def test_the_version_names_programs_and_data(spanish: Apertium):
    """It is the same for a second engine."""
    assert spanish.version == Apertium("es").version
    assert "data " in spanish.version


def test_programs_end_with_their_process(spanish: Apertium, is_running: Callable[[int], bool]):
    """A process that is killed while its engine is warm leaves none of the programs."""
    assert spanish.source == "es"
    script = (
        "import sys, time; from batch.engines.apertium.engine import Apertium; e = Apertium('es');"
        "e.translate(['hola']); print(*e.process_ids, flush=True); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
    assert process.stdout
    processes = [int(word) for word in process.stdout.readline().split()]
    assert len(processes) > 5
    assert all(map(is_running, processes))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 20
    while any(map(is_running, processes)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(is_running, processes))
