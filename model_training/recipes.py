"""Everything that decides a trained network, in one block each; saved in the manifest with the result.

SENTIMENT is what is published; ORIGINAL is the network of the service that users have today, trained on the same
folds as the yardstick; `general` gives the values for any classes of one's own. Left out: what belongs to a task and
not to a network (`tasks`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """The values of one training. V terms, H hidden units, L labels."""

    # Text to features.
    token_rule: int  # a number of textmodel.tokens.RULES
    max_terms: int  # V at most: the most frequent terms of the training texts
    binary: bool  # a term counts once, however often it occurs
    norm: str | None  # "l2" scales a bag of n distinct terms to 1/sqrt(n) each
    # The network.
    hidden: tuple[int, ...]  # units of each hidden layer, relu
    input_dropout: float  # share of a text's terms left out at each step
    hidden_dropout: float  # share of each hidden layer's units left out
    first_kernel_stddev: float | None  # of N(0, s) for the (V, H) kernel; None: Keras's Glorot uniform
    # Its training.
    learning_rate: float
    cosine_decay: bool  # from learning_rate to 0 over all steps; else constant
    first_kernel_weight_decay: float  # decoupled (AdamW), on the (V, H) kernel alone
    class_weight_power: float  # a class of relative frequency f weighs f ** power; 0: all the same
    epochs: int  # all of them: no early stopping
    batch_size: int
    # What it is to answer, where the lists of the annotators' agreement are there.
    agreement_targets: tuple[tuple[float, float], ...] = ()  # level to probability of the annotated label; else 1
    rest_power: float = 0.0  # the other labels share the rest by frequency ** power; 0: evenly, 1: by frequency
    # How many of it: networks of seeds s, s + 1, ... whose logits are averaged, served as one of all their units.
    members: int = 1
    # Adam's: what is added to the size of a weight's steps so far, by which each step is divided. At Keras's own 1e-7
    # a rare term's weights move as far at every step as a frequent one's; where it is as large as the gradients of the
    # rare, they move as far as the texts speak for it.
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        if self.members < 1 or (self.members > 1 and len(self.hidden) != 1):
            raise ValueError(f"{self.members} members of hidden {self.hidden}: expected 1, or more with one layer")
        if any(not 0 < probability <= 1 for _, probability in self.agreement_targets):
            raise ValueError(f"agreement_targets {self.agreement_targets}: expected probabilities above 0, up to 1")


@dataclass(frozen=True)
class Ablated(Recipe):
    """A recipe without one part of its token rule: to find out what it gives, never to be served."""

    without: str = ""  # a part of the token rule


SENTIMENT = Recipe(
    token_rule=2,
    max_terms=4000,  # 3,000 lose a tenth of a point, 6,000 gain none
    binary=True,  # tf-idf weights are worse
    norm="l2",
    hidden=(16,),  # 8 units, or a second layer, lose half a point; 32 gain none
    input_dropout=0.3,
    hidden_dropout=0.3,
    first_kernel_stddev=0.01,
    learning_rate=1e-3,
    cosine_decay=True,
    first_kernel_weight_decay=1.0,  # rare terms must earn their weight; nearly all weights are here
    class_weight_power=-0.6,  # negatives are an eighth of the sentences and must be found; -0.5 finds 1 % fewer
    epochs=25,
    batch_size=64,
    agreement_targets=((1.0, 1.0), (0.75, 0.85), (0.66, 0.72), (0.5, 0.6)),
    members=1,  # two or four gain a tenth of a point and cost 4 us a text for each
)

# CountVectorizer(max_features=4000, ngram_range=(1, 2)) -> 512 -> 256 -> 3, adam, plain cross-entropy.
ORIGINAL = Recipe(
    token_rule=1,  # the same terms as CountVectorizer's defaults with pairs of words
    max_terms=4000,
    binary=False,
    norm=None,
    hidden=(512, 256),
    input_dropout=0.0,
    hidden_dropout=0.2,
    first_kernel_stddev=None,
    learning_rate=1e-3,
    cosine_decay=False,
    first_kernel_weight_decay=0.0,
    class_weight_power=0.0,
    epochs=10,  # not known of the original; 5 give the same
    batch_size=32,
)


def general(rows: int, labels: int) -> Recipe:
    """The recipe for `rows` texts of any subject with `labels` labels.

    Chosen by cross-validation, never on the parts that the pages' figures are of, on data of other kinds: GoEmotions
    in 3 families and in 28 labels, the Financial PhraseBank, passages of 37 plays (60 each), and some hundred texts
    of the first and the third; beside it a logistic regression on the same terms (docs/decisions/0025).
    """
    batch_size = 16 if rows < 500 else 32 if rows < 2000 else 64 if rows < 8000 else 128
    steps = -(-max(rows, 1) // batch_size)  # an epoch
    return Recipe(
        token_rule=3,
        max_terms=10_000,  # 20,000 gain none
        binary=True,
        norm="l2",
        hidden=(min(64, max(16, 8 * -(-labels // 4))),),  # 28 labels in 32 units lose 3 points of macro-F1 to 64
        input_dropout=0.3,
        hidden_dropout=0.3,
        first_kernel_stddev=0.01,
        learning_rate=1e-2,
        cosine_decay=True,
        first_kernel_weight_decay=0.03,
        class_weight_power=-0.5,  # rare labels count, without drowning the frequent ones
        epochs=min(40, max(10, round(800 / steps))),  # 10 over 20,000 texts, 40 over 300: some 800 steps or more
        batch_size=batch_size,
        epsilon=min(3e-3, 0.02 / labels),  # the more labels, the smaller are the gradients of each
    )
