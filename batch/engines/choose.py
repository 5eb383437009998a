"""Which engine for which language, from one line of text.

    auto                                     English as it is; apertium for each language that it can put into English
    apertium                                 apertium alone: a configured language without it is an error
    amazon:eu-west-1                         Amazon Translate in a region
    ctranslate2:/models/opus-{source}-en     a model folder for each language
    none                                     nothing is translated
    auto,de=amazon:eu-west-1,fr=none         the first for all, but others for some

A language without an engine is not in the result: its reviews are kept, and say so. Left out: the engines.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import EngineError
from .apertium.engine import Apertium
from .apertium.modes import MODES, routes
from .identity import Identity
from .protocol import Engine

EXPECTED = "auto, apertium, amazon:region, ctranslate2:folder or none, and language=engine after commas"
ENGLISH = "en"


def engines(spec: str, codes: Sequence[str], modes: Path = MODES) -> dict[str, Engine]:
    """Language to its engine, opened for this process; English is never translated.

    Raises: EngineError where the spec says nothing, or names an engine that cannot be had.
    """
    usual, special = parse(spec)
    chosen: dict[str, Engine] = {}
    try:
        for code in codes:
            engine = _open(special.get(code, usual), code, modes)
            if engine is not None:
                chosen[code] = engine
    except EngineError:
        close(chosen.values())
        raise
    return chosen


def without(codes: Iterable[str], chosen: dict[str, Engine]) -> list[str]:
    """The languages that nothing translates, to be told to the person."""
    return [code for code in codes if code not in chosen]


def close(opened: Iterable[Engine]) -> None:
    """End them all."""
    for engine in opened:
        engine.close()


def parse(spec: str) -> tuple[str, dict[str, str]]:
    """The engine for all, and those for some.

    >>> parse("auto, de=amazon:eu-west-1")
    ('auto', {'de': 'amazon:eu-west-1'})
    >>> parse("es=apertium")
    ('none', {'es': 'apertium'})

    Raises: EngineError.
    """
    usual, special = [], {}
    for part in filter(None, (part.strip() for part in spec.split(","))):
        code, equals, engine = part.partition("=")
        if equals and code.strip().isalpha():
            special[code.strip().lower()] = _known(engine.strip(), spec)
        else:
            usual.append(_known(part, spec))
    if len(usual) > 1 or not (usual or special):
        raise EngineError(f"engines {spec!r}: expected {EXPECTED}")
    return (usual or ["none"])[0], special


def _known(engine: str, spec: str) -> str:
    kind, _, place = engine.partition(":")
    if (kind in ("auto", "apertium", "none") and not place) or (kind in ("amazon", "ctranslate2") and place):
        return engine
    raise EngineError(f"engines {spec!r}: {engine!r} is none; expected {EXPECTED}")


def _open(engine: str, code: str, modes: Path) -> Engine | None:
    kind, _, place = engine.partition(":")
    if kind == "none":
        return None
    if code == ENGLISH:
        return Identity()
    match kind:
        case "amazon":
            from .amazon import Amazon

            return Amazon.in_region(code, place)
        case "ctranslate2":
            from .ctranslate import CTranslate

            return CTranslate(code, Path(place.replace("{source}", code)))
        case "auto" if code not in routes(modes):
            return None
        case _:
            return Apertium(code, modes)
