"""Engines that put texts into English, each behind the same protocol.

identity       English as it is
apertium       rules, in programs of their own, kept warm
amazon         Amazon Translate
ctranslate     a neural model in a folder
choose         which engine for which language, from one line of text
"""

from .protocol import Engine, Failed, Translated

__all__ = ["Engine", "Failed", "Translated"]
