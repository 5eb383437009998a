"""Words that speak of good or bad news by themselves: tables for an economist to review.

A stem of four letters or more stands for every word that begins with it (`disappoint` for disappointed);
a shorter one for itself alone. The longest stem wins. Two degrees of each: words that are nearly always good or
bad news for an investor, and words that lean that way. Left out: verbs that only move a subject (`vocabulary`).
"""

PRAISE = """
    acclaim accolade achiev agree all-time approv attractive award beat benefit best better bolster boost
    breakthrough bright bullish buoyant buy climb competitive confiden cooperat delight double efficien enhanc
    exceed excellent exceptional expand expansion favorabl favourabl flawless flourish gain good grant great grow
    happy healthy higher-than-expected honored honoured impressive improve innovat jump launch leading lift
    lucrative modern opportunit optimism optimist outpac outperform outstrip overweight partnership pleased popular
    positive profitab progress promising prosper proud raise raising rallied rallies rally rebound recommend record
    recover reliab reward robust rocket satisf save saving secure skyrocket soar solid stellar strategic strength
    strong success superb superior surg surpass thrill thriv top topped triple triumph turnaround upbeat upgrad
    upside upswing upturn well-positioned win win-win winner winning wins won
""".split()
"""Good news nearly always."""

COMFORT = """
    able accelerat advanc advantage allow ambitious appreciat bonus buyback certif collaborat commend compliment
    contract convenient cost-effective cost-efficient dedicated deliver dividend ease easing enabl encourag endors
    energy-efficient enjoy enthusias excit expertise extend flexib fulfil go-ahead guarantee honor honour ideal join
    lead milestone momentum optimi partner pioneer premium prestig quality ramp-up recogni refinanc relief renew
    reopen repaid resilien resolv resum revital reviv securing select settle shortlist smart smooth stabil stable
    streamlin support sustainab synerg tailwind talent trust unique unlock upward valuable welcome world-class
""".split()
"""Leans to good news."""

ALARM = """
    abandon accident accus adverse allegation allege alleging attack ban bankrupt banned banning bans bearish
    boycott breach breakdown bribe burden cancel cartel collaps contaminat corrupt crash crises crisis cut
    cyberattack damag decreas default defect deficit delay delist deteriorat disappoint disaster dismiss dispute
    disrupt doubt downgrad downsiz downturn drag drop embezzl erod erosion explosion fail fall fear fell fined flaw
    foreclos fraud freez furlough glut hack halt hamper headwind hurt illegal impairment infring insolven investigat
    jeopard jitter laid lawsuit lay-off layoff liquidat litigat lockout lose loss lost lower-than-expected
    malfunction meltdown misconduct miss negativ negligen nosediv outage overcapacity oversuppl panic penalt
    pessimis plummet plung poor probe problem prosecut recession redundan reject sank scandal sell-off selloff
    setback shortfall shrank shrink shut sink slash slid slip slow sluggish slump squeez stagnat stress strike
    struggl subpoena sue sued sues suffer suing suspend tanked tanking terminat threat trouble tumbl turbul turmoil
    unable undermin underperform underweight unfavorabl unfavourabl unpaid unprofitab unrest violat volatil vulnerab
    warn weak woes worr worse worst write-down write-off writedown writeoff
""".split()
"""Bad news nearly always."""

CONCERN = """
    anxi arrest bad blow cautio challeng closing closure clouded complain concerned concerns contraction cool costly
    court critic curb cutback damages declin delisting difficult downside expos fire flood frozen hit idle inadequa
    injur lag lags leak lower pressur protest pull quit recall reced reduc reluctan resign restructur risk sanction
    sceptic scrap scrutin shortage skeptic smaller soft strain subdued tension tough uncertain unemploy unstable
    withdr
""".split()
"""Leans to bad news."""

NEUTRAL = """
    accelerator allowanc beatl beatri bestow blower brighton confidential contracted coolant cooler cooling courte
    courthouse courtship courtyard dragon droplet easel easement exposit failover fallback fearless fellow firefox
    fireman fireplace fireproof firewall firework freezer gluten goodbye goodman goodrich goods goodwill goodyear
    hackathon honorar joiner joint jumper lead-acid lead-free lead-manag lead-time lift-away lifting lossless
    mission missil mississip missour plunger pressuri protestant pulley pullover quite quito recorde recording records
    renewable risk-free robusta saver shuttle slideshow slipper slipstream smartcard smartph softball software softwood
    solid-state solidarity solidif solids successi successor suede surgeon surger surgical thriller
    troubleshoot trustee tumbler tumbleweed warner winslow winston
""".split()
"""Stems of words that begin like one above and are no news: they win, as they are longer."""

CLASSES = {"praise": 1, "comfort": 0, "alarm": -1, "concern": 0}
"""What a word of each class counts in the balance of the news: those that only lean do not count."""
STEMS = (
    dict.fromkeys(COMFORT, "comfort") | dict.fromkeys(CONCERN, "concern")
    | dict.fromkeys(PRAISE, "praise") | dict.fromkeys(ALARM, "alarm") | dict.fromkeys(NEUTRAL, "")
)  # fmt: skip
"""The class of each stem, "" of the neutral ones."""
