"""A report as one SVG file: for each field the baseline's shares beside the live ones.

Drawn with the standard library, self-contained: no script, no font and no style from elsewhere.
Left out: figures beyond the verdicts (`text`).
"""

from collections.abc import Iterator
from html import escape

from .report import SHIFTED, SOME, STABLE, Field, Report

_WIDTH, _PANEL, _HEAD, _GAP, _CHAR = 1000, 300, 84, 32, 6.6
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 10, 44, 64
"""The margins of a panel around its bars, in pixels."""
_BASELINE, _LIVE, _INK, _PALE = "#9aa5b1", "#1f6feb", "#1f2933", "#dde2e7"
_VERDICT = {STABLE: "#1a7f37", SOME: "#9a6700", SHIFTED: "#cf222e"}
_STYLE = (
    "text{font:13px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:" + _INK + "}"
    ".t{font-size:20px;font-weight:600}.h{font-size:15px;font-weight:600}.s{font-size:11px;fill:#52606d}"
)


def svg(found: Report) -> str:
    """The picture, two panels a row."""
    rows = (len(found.fields) + 1) // 2
    height = _HEAD + rows * (_PANEL + _GAP)
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(_title(found))}">',
        f'<style>{_STYLE}</style><rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        *_head(found),
    ]
    width = (_WIDTH - 3 * _GAP) / 2
    for number, field in enumerate(found.fields):
        x = _GAP + (number % 2) * (width + _GAP)
        y = _HEAD + (number // 2) * (_PANEL + _GAP)
        parts += [f'<g transform="translate({x:g},{y:g})">', *_panel(field, width), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _title(found: Report) -> str:
    return f"{found.tally.model}: {found.verdict}"


def _head(found: Report) -> Iterator[str]:
    yield _text(_GAP, 34, _title(found), "t")
    for x, colour, name, number in (
        (_GAP, _BASELINE, "baseline", found.baseline_answers),
        (_GAP + 220, _LIVE, "live", found.answers),
    ):
        yield f'<rect x="{x}" y="51" width="13" height="13" fill="{colour}"/>'
        yield _text(x + 20, 62, f"{name}, {number:,} answers")


def _panel(field: Field, width: float) -> Iterator[str]:
    """Axes, bars and the verdict of one field."""
    old, new = _shares(field.baseline), _shares(field.live)
    top = _ceiling(max((*old, *new), default=1.0))
    bottom, inner = _PANEL - _BOTTOM, width - _LEFT - _RIGHT
    yield _text(0, 16, field.name, "h")
    judged = f"PSI {field.distance.psi:.3f}   V {field.distance.cramers_v:.3f}   "
    yield (
        f'<text x="{width:g}" y="16" text-anchor="end" xml:space="preserve">{judged}'
        f'<tspan font-weight="600" fill="{_VERDICT.get(field.verdict, _INK)}">{field.verdict}</tspan></text>'
    )
    for step in range(5):
        y = bottom - (bottom - _TOP) * step / 4
        yield f'<line x1="{_LEFT}" x2="{width - _RIGHT:g}" y1="{y:g}" y2="{y:g}" stroke="{_PALE}"/>'
        yield _text(_LEFT - 6, y + 4, f"{top * step / 4:.3g} %" if step else "0", "s", "end")
    slot = inner / max(len(field.buckets), 1)
    crowded = any(slot < _CHAR * len(_short(bucket)) for bucket in field.buckets)
    for n, bucket in enumerate(field.buckets):
        x = _LEFT + n * slot
        for share, colour, shift in ((old[n], _BASELINE, 0.1), (new[n], _LIVE, 0.5)):
            tall = (bottom - _TOP) * share / top
            yield (
                f'<rect x="{x + shift * slot:.2f}" y="{bottom - tall:.2f}" width="{0.4 * slot:.2f}" '
                f'height="{tall:.2f}" fill="{colour}"><title>{escape(bucket)}: {share:.1f} %</title></rect>'
            )
        yield _bucket_name(x + slot / 2, bottom + 14, bucket, crowded=crowded)


def _bucket_name(x: float, y: float, name: str, *, crowded: bool) -> str:
    """Below its bars; slanted where there is no room."""
    if not crowded:
        return _text(x, y, _short(name), "s", "middle")
    turn = f' transform="rotate(-35 {x:.1f} {y:.1f})"'
    return f'<text x="{x:.1f}" y="{y:.1f}" class="s" text-anchor="end"{turn}>{escape(_short(name))}</text>'


def _short(name: str) -> str:
    """A label that is too long for an axis, cut; the bar's own title has it whole."""
    return name if len(name) <= 12 else f"{name[:11]}…"


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'


def _shares(counts: tuple[int, ...]) -> list[float]:
    """In per cent."""
    total = sum(counts) or 1
    return [100 * count / total for count in counts]


def _ceiling(share: float) -> float:
    """The top of the axis: the next even figure above the largest share, in per cent.

    >>> _ceiling(61.0), _ceiling(100.0), _ceiling(3.1)
    (80.0, 100.0, 4.0)
    """
    return float(next(top for top in (1, 2, 4, 10, 20, 40, 60, 80, 100) if share <= top + 1e-9))
