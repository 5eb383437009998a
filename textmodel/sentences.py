"""Where the sentences of a text stand: a rule over the gaps between words, in one pass.

    text -> pieces between blanks -> for each gap: does a sentence end here? -> spans

    line break   ends one, unless the line clearly goes on (a comma, "of"; a small letter below) and no line is blank
    ! ? ... 。   ends one, unless a small letter follows
    .            ends one, unless a small letter, a mark or a fraction follows ("EUR 5. 1 mn"), or it belongs to
                 a title ("Mr. Ala"), a number's word ("No. 5", "Jan. 4"), a company or initials ("Oyj. shares",
                 "U.S. Bank") where no word follows that usually begins a sentence, or to a list ("2. Sales")

When in doubt it joins: half a sentence says less than two. Offsets are characters (Unicode code points) of the
text as it is. What holds no letter or digit is no sentence. Left out: languages whose sentences end otherwise
(docs/decisions/0012-sentences-by-a-rule-of-our-own.md).
"""

# ruff: noqa: RUF001  # marks of other scripts are meant

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

TITLES = """
mr mrs ms dr prof gen col capt lt sgt gov sen rep rev hon pres st mt ft messrs mssrs mme
e.g eg i.e ie approx ca cf vs viz resp incl excl est esp tel fax
"""
"""What stands before something, always."""

COUNTED = """
no nos nr p pp vol fig figs art arts sec ch para par app ed eq
jan feb mar apr may jun jul aug sep sept oct nov dec q
eur usd gbp sek mn mln bn bln tn m k pct approx rs
"""
"""What is shortened beside a number."""

NAMED = """
inc corp ltd pvt pte pty co cos plc llc llp oyj oy ab asa ag gmbh kg sa nv bv spa srl bros intl int'l dept div univ assn
assoc jr sr esq ph.d ave blvd rd bldg hq govt etc al mgmt mfg tech natl fed
"""
"""What ends names, and sometimes sentences; so do single letters with stops between (U.S., N.V., a.m.)."""

BEGINNERS = """
the a an this that these those it its he she they we i you his her their our my there here
in on at for from by with as after before during since until under over while when where although though because
if but and or so however also meanwhile moreover further furthermore then yet still despite according compared
what who how why which all both each some many most more no not one two
sales net operating profit profits revenue revenues earnings turnover shares results costs orders analysts
"""
"""Words that, with a capital letter, usually begin a sentence."""

LEADERS = """
the a an of to in for and or with by from at on that which as its their is was were are be been has have had will
would than into between about over under per eur usd
"""
"""Words that a line may break after, but no sentence ends with."""

_TITLES, _COUNTED, _NAMED, _BEGINNERS, _LEADERS = (
    frozenset(table.split()) for table in (TITLES, COUNTED, NAMED, BEGINNERS, LEADERS)
)
_OPENERS = "\"'`“‘«‹„‚([{<¿¡「『（【《*_"
_CLOSERS = "\"'”’»›)]}>」』）】》*_"
_WIDE = "。！？｡．"
_STOPS = ".!?…‼⁇⁈⁉।॥؟۔" + _WIDE
_JOINING = ".,;:%/&=+)]}»›”’-–—…!?"
_DASHES = ("-", "–", "—")
"""By themselves after a stop, a list's."""
_LINE_END = "\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]"

_pieces = re.compile(rf"[^\s{_WIDE}]++(?:[{_WIDE}]++[{re.escape(_CLOSERS)}]*+)?|[{_WIDE}]++[{re.escape(_CLOSERS)}]*+")
_line_ends = re.compile(_LINE_END).findall
_bullet = re.compile(r"[-–—•·‣◦▪●*o+]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]").fullmatch
_initials = re.compile(r"(?:[^\W\d_]\.)*+[^\W\d_]").fullmatch
_fraction = re.compile(r"\d{1,3}(?!\d)").match
_word = re.compile(r"[^\W_]").search


class Gap(NamedTuple):
    """A place where a sentence may end: the pieces around it, and the blanks between them."""

    first: bool
    """Whether `left` is the first piece of its sentence."""
    before: str
    """The piece before `left`."""
    left: str
    blanks: str
    right: str


def spans(text: str, ends: "Callable[[Gap], bool] | None" = None) -> list[tuple[int, int]]:
    """[start, end) of each sentence, in order, without the blanks around it; `ends` decides at each gap.

    >>> text = "Nokia Corp. rose 13.1 % in the U.S. market. Sales fell!"
    >>> [text[start:end] for start, end in spans(text)]
    ['Nokia Corp. rose 13.1 % in the U.S. market.', 'Sales fell!']
    """
    return [span for span in _spans(text, ends or ends_here) if _word(text, *span)]


def _spans(text: str, ends: Callable[[Gap], bool]) -> Iterator[tuple[int, int]]:
    pieces = _pieces.finditer(text)
    left = next(pieces, None)
    if left is None:
        return
    start, before = left.start(), ""
    for right in pieces:
        blanks = text[left.end() : right.start()]
        plain = blanks == " " and left[0][-1].isalnum()  # as most gaps: a blank after a letter ends nothing
        if not plain and ends(Gap(left.start() == start, before, left[0], blanks, right[0])):
            yield start, left.end()
            start = right.start()
        before, left = left[0], right
    yield start, left.end()


def ends_here(gap: Gap) -> bool:
    """Whether a sentence ends in a gap.

    >>> ends_here(Gap(False, "shares", "fell.", " ", "Sales")), ends_here(Gap(False, "by", "Mr.", " ", "Ala"))
    (True, False)
    """
    breaks = len(_line_ends(gap.blanks))
    if breaks:
        return breaks > 1 or "\u2029" in gap.blanks or not _line_goes_on(gap)
    left = gap.left.rstrip(_CLOSERS)
    if not left:
        left = gap.before.rstrip(_CLOSERS)
    stem = left.rstrip(_STOPS)
    stop = left[len(stem) :]
    if not stop or _is_mark(gap.right):
        return False
    if stop[-1] in _WIDE:
        return True
    begins = gap.right.lstrip(_OPENERS)[:1]
    if begins and (begins.islower() or begins in _JOINING) and gap.right not in _DASHES:
        return False
    return stop != "." or _full_stop_ends(gap, stem or gap.before.rstrip(_CLOSERS))


def _line_goes_on(gap: Gap) -> bool:
    if _bullet(gap.right):
        return False
    return gap.left[-1] == "," or gap.left.lower() in _LEADERS or gap.right[0].islower()


def _is_mark(piece: str) -> bool:
    """Closing marks by themselves, as tokenizers write them, belong to the sentence before them."""
    return not piece.strip(_CLOSERS)


def _full_stop_ends(gap: Gap, stem: str) -> bool:
    """Whether one full stop after `stem` ends a sentence, where what follows could begin one."""
    right = gap.right.lstrip(_OPENERS)
    if right[:1].isdigit() and stem[-1:].isdigit() and _fraction(right):
        return False
    if gap.first and _bullet(gap.left):
        return False
    word = stem.lstrip(_OPENERS).lower().rpartition("-")[2]
    if word in _TITLES:
        return False
    if word in _COUNTED and right[:1].isdigit():
        return False
    if word in _NAMED or _initials(word):
        return right.rstrip(_CLOSERS + ",;:").partition("'")[0].lower() in _BEGINNERS
    return True
