"""Made-up texts with labels of any subject, put together from word lists by seed, so no licence holds for them.

    reviews   5 stars, English and German; neighbouring stars share phrases, so nobody is right every time
    intents   12 of them, as customers write to a shop
    topics    200 labels, a made-up word each among common ones

Left out: any claim to be like what people write, and files (`sample`).
"""

import random
from collections.abc import Callable

Row = tuple[str, str]
"""Text and label."""

_STARS = {
    "en": (
        ("broke after a day", "a waste of money", "the worst I ever bought", "sent it straight back", "does not work"),
        ("rather disappointing", "cheaper than it looks", "stopped working soon", "not worth the price", "badly made"),
        ("does its job", "neither good nor bad", "okay for the price", "has its ups and downs", "average at best"),
        ("quite good", "works as it should", "would buy it again", "well made", "a few small flaws but I like it"),
        ("absolutely perfect", "the best I ever had", "exceeded all hopes", "love it", "could not be happier"),
    ),
    "de": (
        ("nach einem Tag kaputt", "reine Geldverschwendung", "sofort zurückgeschickt", "funktioniert überhaupt nicht"),
        ("eher enttäuschend", "schlecht verarbeitet", "den Preis nicht wert", "ging bald nicht mehr"),
        ("tut, was es soll", "weder gut noch schlecht", "für den Preis in Ordnung", "Durchschnitt"),
        ("ziemlich gut", "würde ich wieder kaufen", "ordentlich verarbeitet", "mit kleinen Schwächen, aber schön"),
        ("einfach perfekt", "das Beste, was ich je hatte", "übertrifft alle Erwartungen", "bin begeistert"),
    ),
}
_THINGS = {
    "en": ("This kettle", "The lamp", "My new chair", "The blender", "This backpack", "The headset", "The tent"),
    "de": ("Der Wasserkocher", "Die Lampe", "Mein neuer Stuhl", "Der Mixer", "Dieser Rucksack", "Das Zelt"),
}
_MORE = {
    "en": (
        "delivered on Monday",
        "a present for my sister",
        "in blue",
        "the second one in our house",
        "for the kitchen",
    ),
    "de": ("am Montag geliefert", "ein Geschenk für meine Schwester", "in Blau", "für die Küche", "unser zweites"),
}
_INTENTS = {
    "track order": ("where is my parcel", "when does my order arrive", "has my package been sent", "track parcel"),
    "cancel order": (
        "please cancel what I bought",
        "I do not want the parcel any more",
        "stop my purchase",
        "cancel order",
    ),
    "return item": ("send the shoes back", "return shoes", "how do I return an item", "a label for the return"),
    "refund": ("I want my money back", "when is my refund paid", "refund please", "the money has not come back"),
    "change address": ("I have moved house", "change the delivery address", "wrong street on my order", "new postcode"),
    "payment failed": (
        "my card was declined",
        "the payment does not go through",
        "paid twice by mistake",
        "card error",
    ),
    "invoice": ("need invoice", "send me the bill", "a receipt for my tax office", "the invoice has a wrong name"),
    "voucher": ("my voucher does not work", "how do I use a gift card", "the discount code is gone", "redeem coupon"),
    "login": ("forgot password", "cannot sign in", "my account is locked", "reset the password"),
    "stock": (
        "is the lamp back in stock",
        "when is size 42 there again",
        "sold out",
        "tell me when available",
    ),
    "complaint": ("terrible service", "nobody answers my letters", "I am very angry", "this is a scandal"),
    "praise": ("thank you so much", "great service", "you helped me at once", "best shop in town"),
}
_BEFORE = ("hello,", "please", "good morning,", "hi there,", "quick question:", "dear team,", "urgent:")
_AFTER = ("thanks", "please help", "number 4711", "since Monday", "for my mother", "today", "if you can")


def reviews(rows: int, seed: int = 0) -> list[Row]:
    """Reviews of 1 to 5 stars, half of them in German; one in sixteen says what a neighbouring star would say."""
    source = random.Random(seed)  # noqa: S311  # no secret
    return _different(source, rows, lambda: _review(source))


def _review(source: random.Random) -> Row:
    star, language = source.randrange(5), source.choice(("en", "de"))
    said = min(4, max(0, star + source.choice((-1, 1)))) if source.random() < 1 / 16 else star
    first, second = source.sample(_STARS[language][said], 2)
    thing, more = source.choice(_THINGS[language]), source.choice(_MORE[language])
    return f"{thing}, {more}: {first}, {second}.", str(star + 1)


def intents(rows: int, seed: int = 0) -> list[Row]:
    """What customers want of a shop, in 12 labels."""
    source = random.Random(seed)  # noqa: S311  # no secret

    def one() -> Row:
        label = source.choice(list(_INTENTS))
        before, after = (source.choice(words) if source.random() < 0.5 else "" for words in (_BEFORE, _AFTER))
        words = (before, source.choice(_INTENTS[label]), after)
        return " ".join(filter(None, words)), label

    return _different(source, rows, one)


def topics(rows: int, seed: int = 0, labels: int = 200) -> list[Row]:
    """Texts of made-up words; one of them tells the topic, the others are everybody's."""
    source = random.Random(seed)  # noqa: S311  # no secret
    words = _words(random.Random(0), labels + 60)  # noqa: S311
    own, common = words[:labels], words[labels:]
    numbers = iter(range(10 * rows))

    def one() -> Row:
        number = next(numbers) % labels  # as many of each
        text = [own[number], *source.sample(common, 5)]
        source.shuffle(text)
        return " ".join(text), f"topic {number + 1:03}"

    return _different(source, rows, one)


def _words(source: random.Random, count: int) -> list[str]:
    syllables = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(source.sample(syllables, 3))] = None
    return list(found)


def _different(source: random.Random, rows: int, one: Callable[[], Row]) -> list[Row]:
    """`rows` rows with different texts, shuffled."""
    found: dict[str, str] = {}
    for _ in range(20 * rows):
        text, label = one()
        found.setdefault(text, label)
        if len(found) == rows:
            break
    chosen = list(found.items())
    source.shuffle(chosen)
    return chosen


KINDS = {
    "reviews": (reviews, "body", "stars"),
    "intents": (intents, "message", "intent"),
    "topics": (topics, "text", "topic"),
}
"""By name: what makes the rows, and what a file's columns of texts and labels are called."""
