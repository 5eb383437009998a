"""Text in, label and probabilities out: a trained pair of vectorizer and network, without its trainers.

>>> from textmodel import load
>>> load().classify("Operating profit rose to EUR 13.1 mn from EUR 8.7 mn").label
'positive'
"""

from .errors import ArtifactError, TextError, TextModelError
from .model import Model, load
from .prediction import Prediction

__all__ = ["ArtifactError", "Model", "Prediction", "TextError", "TextModelError", "load"]
