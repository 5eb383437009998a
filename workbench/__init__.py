"""The analyst's workbench: emotion and media classifiers over an operational database, without moving the data.

Its functions by the commands' names are in `notebook`: modules are called as they are, so this package holds none.
"""
