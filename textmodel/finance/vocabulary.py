"""The words that move, and what they move: tables for an economist to review.

Each word stands in one class or in none; what is in none is still a term by itself. Left out: words that
praise or blame by themselves (`polarity`).
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


UP = _words("""
    accelerate accelerates accelerated accelerating add adds added adding advance advances advanced advancing
    beat beats beaten beating boost boosts boosted boosting climb climbs climbed climbing
    double doubles doubled doubling exceed exceeds exceeded exceeding expand expands expanded expanding
    gain gains gained gaining grow grows grew grown growing growth hike hikes hiked hiking
    improve improves improved improving improvement increase increases increased increasing
    jump jumps jumped jumping leap leaps leapt outpace outpaces outpaced quadruple quadruples quadrupled
    raise raises raised raising rally rallies rallied rallying rebound rebounds rebounded rebounding
    recover recovers recovered recovering rise rises rose risen rising skyrocket skyrockets skyrocketed
    soar soars soared soaring strengthen strengthens strengthened strengthening surge surges surged surging
    surpass surpasses surpassed surpassing swell swells swelled topped tops triple triples tripled tripling
    upgrade upgrades upgraded widen widens widened widening
    higher highest more up upward upwards
""")
"""Words that say that something got larger or was larger than expected."""

DOWN = _words("""
    contracted crash crashes crashed crashing cut cuts cutting decline declines declined declining
    decrease decreases decreased decreasing deteriorate deteriorates deteriorated deteriorating deterioration
    diminish diminishes diminished dip dips dipped dipping downgrade downgrades downgraded drag drags dragged
    drop drops dropped dropping dwindle dwindles dwindled fall falls fell fallen falling halve halves halved halving
    lose loses lost losing lower lowers lowered lowering miss misses missed missing
    narrow narrows narrowed narrowing plummet plummets plummeted plummeting plunge plunges plunged plunging
    reduce reduces reduced reducing reduction shed sheds shedding shrink shrinks shrank shrunk shrinking
    sink sinks sank sunk sinking slash slashes slashed slashing slide slides slid sliding
    slip slips slipped slipping slow slows slowed slowing slump slumps slumped slumping tanked tanking
    trim trims trimmed trimming tumble tumbles tumbled tumbling weaken weakens weakened weakening weaker
    worsen worsens worsened worsening
    below down downward downwards fewer less lowest smaller
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
        inflation tax taxes churn arrears delinquencies
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
