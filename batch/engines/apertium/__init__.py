"""apertium as an engine: programs of their own (GPL), started by name and spoken to by pipes, never linked.

modes      which programs translate a direction, from the .mode files that are installed
stream     a text as the programs read it, and what they say as a text
chain      the programs of one direction, kept warm, restarted when they stop
engine     one or two chains from a language to English
"""
