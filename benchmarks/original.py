"""The original classifier rebuilt on today's libraries: CountVectorizer and a Keras network.

    python -m benchmarks.original FOLDER      fits and saves both; Original(FOLDER) loads them

Left out: pandas, which only wrapped the text (a plain list stands in), and trained weights, which
do not matter for speed: the vectorizer is fitted on made-up texts, the weights are random.
"""

import os
import random
import sys

from .texts import make

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
FOLDER = "BENCH_ORIGINAL"
"""The variable that tells processes the folder of the fitted vectorizer and the network."""
LABELS = ("negative", "neutral", "positive")
FEATURES = 4_000


class Original:
    """The vectorizer and the network, loaded as the original loaded them."""

    def __init__(self, folder: str) -> None:
        import joblib
        import keras

        self.vectorizer = joblib.load(os.path.join(folder, "vectorizer.joblib"))
        self.model = keras.saving.load_model(os.path.join(folder, "network.keras"))

    def predict(self, texts: list[str]) -> list[list[float]]:
        """The published way."""
        rows: list[list[float]] = self.model.predict(self._dense(texts), verbose=0).tolist()
        return rows

    def call(self, texts: list[str]) -> list[list[float]]:
        """What its authors could have done: the network called as a function."""
        rows: list[list[float]] = self.model(self._dense(texts), training=False).numpy().tolist()
        return rows

    def _dense(self, texts: list[str]) -> object:
        import numpy as np

        return np.asarray(self.vectorizer.transform(texts).todense())  # Keras refuses numpy.matrix today


def prepare(folder: str) -> None:
    """Fit and save both, once for all contestants."""
    import joblib
    import keras
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(max_features=FEATURES, ngram_range=(1, 2)).fit(_corpus())
    joblib.dump(vectorizer, os.path.join(folder, "vectorizer.joblib"))
    keras.utils.set_random_seed(7)
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((len(vectorizer.vocabulary_),)),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(len(LABELS), activation="softmax"),
        ]
    )
    network.save(os.path.join(folder, "network.keras"))


def _corpus() -> list[str]:
    """The benchmark's texts, whose words become the most frequent, and made-up words up to 4,000 features."""
    rng = random.Random(7)
    words = ["".join(rng.choices("aeioulnrst", k=6)) for _ in range(FEATURES)]
    return make(500) + [" ".join(rng.choices(words, k=20)) for _ in range(1_000)]


if __name__ == "__main__":
    prepare(sys.argv[1])
