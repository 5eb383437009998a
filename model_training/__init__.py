"""Trains the artifacts that `textmodel` serves: data in, a checked pair with its card out.

`python -m model_training sentiment --data all-data.csv`. Left out: serving, which imports nothing of this.
"""
