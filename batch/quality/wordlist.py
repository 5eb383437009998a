"""A tone by counting words: a yardstick of reviews in English that knows nothing of an artifact.

Each word of praise counts 1, each of blame -1; one turns round behind a negation, up to three words after it. Above 0
is positive, below negative. Plain on purpose: whatever engine translates, its faults are the same. Left out: how much
a word weighs, irony, and any use but this gauge.
"""

import re

_PRAISE = frozenset("""
    amazed amazing appreciate attentive attractive awesome beautiful beautifully best better bliss bravo
    brilliant calm charming cheerful clean cleanest comfortable comfy convenient cosy courteous creamy cute
    delicious delight delighted delightful easy efficient elegant enchanted enjoy enjoyable enjoyed enjoying
    excellent exceptional exceptionally excited exciting extraordinary fabulous fair fantastic fast faultless
    favorite favourite fine flawless flawlessly fresh friendliest friendly fun funny generous genial gentle glad
    good gorgeous grateful great greatest happy helped helpful ideal impeccable impressed impressive incredible
    interesting kind kindest kindness like liked love loved lovely loving lucky magnificent marvel marvellous
    marvelous marvels memorable moving neat nice nicest outstanding paradise perfect perfectly pleasant
    pleasantly pleased pleasure plentiful polite practical precious pretty prompt quick quickly quiet recommend
    recommended recommends refreshing relaxed relaxing reliable rich romantic safe satisfied sensational silent
    simple smooth solid sparkling spectacular splendid spotless stunning stylish success super superb sweet
    tasty terrific thank thanks thrilled tidy useful valuable warm welcome welcoming well won wonder wonderful
    wonderfully worth worthwhile wow
""".split())  # fmt: skip  # noqa: SIM905
_BLAME = frozenset("""
    abandoned afraid anger angry annoyed annoying appalling ashamed avoid awful bad badly bland blocked bore
    bored boring broke broken bug bugs burned burnt careless chaotic cheat cheated cold complain complained
    complaint cracked cramped crash crashed crashes crashing crude damaged dangerous dark deception defective
    delay delayed desperate dirt dirty disappoint disappointed disappointing disappointment disaster disastrous
    disgrace disgraceful disgust disgusted disgusting dishonest dislike disliked dreadful dull embarrassing
    error errors expensive fail failed fails failure fake false fault faulty filthy flawed fraud freeze freezes
    frozen frustrated frustrating greasy gross grubby hate hated hateful horrible horrid horror ignored impolite
    impossible inadmissible incompetent inedible insufferable insult late lie lied lies lost lousy mediocre mess
    messy miserable missing mistake mould mouldy nasty neglected nightmare noise noisy nuisance offensive old
    outrage outrageous overpriced pain painful pathetic poor poorly problem problems refuse refused regret
    rejected ridiculous rip robbery rotten rubbish rude ruin ruined sad scam scandal shame shameful sick slow
    smell smelled smelly smelt soiled sorry stain stained stale stank stink stinks stolen stopped stuck stupid
    tasteless tedious terrible terribly thin tired tore torn torture ugly unacceptable unbearable uncomfortable
    unfortunately unfriendly unhappy unhelpful unpleasant unreliable unusable upset useless vile wait waited
    waiting waste wasted weak worse worst worthless wrong
""".split())  # fmt: skip  # noqa: SIM905
_DENIALS = frozenset("""
    aren't barely can't cannot couldn't didn't didnt doesn't doesnt don't dont hadn't hardly hasn't haven't
    isn't neither never no nobody none nor not nothing wasn't weren't without won't wouldn't
""".split())  # fmt: skip  # noqa: SIM905
_REACH = 3
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|[.,;:!?]")


def tone(text: str) -> str:
    """negative, neutral or positive.

    >>> tone("The room was not clean."), tone("It has two beds."), tone("Never had a problem with it")
    ('negative', 'neutral', 'positive')
    """
    points = score(text)
    return "positive" if points > 0 else "negative" if points < 0 else "neutral"


def score(text: str) -> int:
    """Words of praise less words of blame, negated ones turned round.

    >>> score("Good food, but rude staff and not clean at all.")
    -1
    """
    points, denied = 0, 0
    for word in _WORD.findall(text.lower().replace("\u2019", "'")):
        if word in _DENIALS:
            denied = _REACH + 1
        elif not word[0].isalpha():
            denied = 0
        points += ((word in _PRAISE) - (word in _BLAME)) * (-1 if denied else 1)
        denied = max(0, denied - 1)
    return points
