"""The words that move, and what they move: tables for an economist to review.

Each word stands in one class or in none; what is in none is still a term by itself. Left out: words that
praise or blame by themselves (`polarity`).
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


UP = _words("""
    rise rises rose risen rising increase increases increased increasing grow grows grew grown growing growth
    climb climbs climbed jump jumps jumped surge surges surged surging soar soars soared soaring gain gains gained up
    upward improve improves improved improving improvement higher double doubled doubles doubling triple tripled
    strengthen strengthened strengthens expand expanded advance advanced advances boost boosted boosts rally rallied
    rallies rebound rebounded swelled highest more exceed exceeded exceeds beat beats raise raised raises accelerate
    accelerated added topped
    widen widens widened widening quadrupled skyrocketed skyrocket hike hikes hiked upgraded upgrades swell swells
    surpassed tops climbing jumping boosting raising
""")
"""Words that say that something got larger or was larger than expected."""

DOWN = _words("""
    fall falls fell fallen falling decrease decreases decreased decreasing decline declines declined declining drop
    drops dropped dropping down downward lower lowered lowers slip slips slipped shrink shrank shrunk plunge plunged
    plunges plummet plummeted narrow narrowed narrows reduce reduced reduces reducing reduction cut cuts cutting weaken
    weakened weaker slid slide slides dip dipped halved contracted lost lose lowest less slump slumped slumps
    tumble tumbled tumbles deteriorated diminished slowed slow missed miss misses below worsened sank sink
    narrowing slash slashes slashed trim trims trimmed halve halves crash crashes crashed tanked tanking plunging
    plummeting sliding slumping tumbling shrinking weakening fewer smaller downgraded downgrades slowing lowering
    drag drags dragged
""")
"""Words that say that something got smaller or was smaller than expected."""

SUBJECTS = {
    "profit": _words("""
        profit profits earnings eps income ebit ebita ebitda result results margin margins dividend dividends
        profitability pretax pre-tax return cash
    """),
    "sales": _words("""
        sales revenue revenues turnover orders order intake volume volumes deliveries production demand exports market
        traffic passengers passenger bookings backlog shipments output business assets occupancy loans deposits capacity
    """),
    "loss": _words("loss losses deficit write-down writedown impairment"),
    "cost": _words("""
        cost costs expense expenses expenditure debt debts borrowings charges liabilities inventories unemployment
        inflation tax taxes
    """),
    "jobs": _words("personnel staff employees headcount jobs workforce workers"),
    "price": _words("price prices share shares stock stocks index"),
    "outlook": _words("""
        outlook forecast forecasts guidance rating ratings recommendation target targets estimate estimates economy gdp
    """),
}
"""What can go up or down, by what that means to an investor."""

SUBJECT_OF = {word: subject for subject, words in SUBJECTS.items() for word in words}
GOOD_WHEN_UP = {"profit": 1, "sales": 1, "price": 1, "jobs": 1, "outlook": 1, "loss": -1, "cost": -1}
"""1: an investor likes it to rise; -1: to fall."""

NEGATIONS = _words("""
    not no n't never without neither nor cannot none didn't doesn't won't isn't don't can't wasn't weren't couldn't
    wouldn't hasn't haven't aren't
""")
CLAUSE_ENDS = _words(", ; : ( ) while but whereas although however")
"""Where a statement ends: no verb reaches across."""

CURRENCIES = _words("""
    eur euro euros usd $ sek gbp dkk nok rs inr eu € £ ¥ lvl rub ltl eek pln jpy cad aud chf cny dollar dollars pound
    pounds crowns kroner kronor kroons lats rubles rupees yen yuan
""")
SCALES = {
    "k": 1e3, "thousand": 1e3,
    "lakh": 1e5,
    "m": 1e6, "mn": 1e6, "mln": 1e6, "million": 1e6, "millions": 1e6,
    "crore": 1e7, "cr": 1e7,
    "b": 1e9, "bn": 1e9, "bln": 1e9, "billion": 1e9, "billions": 1e9,
    "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
MONTHS = _words("""
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
""")
PERCENT = _words("% pct percent per-cent percentage")

TURNS = _words("""
    turn turns turned turning return returns returned swing swings swung swinging move moves moved slip slips slipped
    plunge plunged fall falls fell dip dipped went go goes back sink sank sunk
""")
"""Verbs that take a company to profit or loss."""
BLACK = _words("profit profits profitability black")
RED = _words("loss losses red")
"""Where a turn ends: good, bad."""

COMPARED = _words("from against versus vs than compared comparison comparable")
"""Before the older of two amounts."""
BEFORE = _words("previous preceding corresponding before")
"""Before the older of two amounts, where a clause of its own tells it."""
EARLIER = _words("earlier ago previous year-earlier corresponding preceding year-ago")
"""After the older of two amounts."""
