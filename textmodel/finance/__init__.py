"""Token rule 2: what a sentence of financial news says, as terms that a small network can weigh.

    scan     text -> raw tokens, damaged letters mended
    words    raw token -> Word: its spelling, its prefix, and what it means by the tables
    amounts  runs of tokens around a number -> one Amount: kind, value
    motion   what went up or down: verb and subject
    change   amounts compared: which is the new one, what it measures, did it rise
    turn     returned to profit, back in the black: changes without amounts
    tone     words of praise and alarm, and words after a negation
    rule     all of it: text -> terms
    trace    the same terms with their places in the text, and what they say in words

A `compound` is a term of several items. The tables (`vocabulary`, `polarity`) are for an economist to read. Left out:
which terms a model knows.
"""
