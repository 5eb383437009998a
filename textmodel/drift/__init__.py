"""Drift without text: the log of a service against the baseline of its model.

    sources        files, folders, gzip, standard input -> lines
    entries        a line -> an answer, feedback, or why it is neither
    tally          entries -> counts in bounded memory; `joined` keeps what feedback needs
    stats          two histograms -> population stability index, chi-square, Cramér's V
    report         a tally and a baseline -> verdicts
    text, plot     what a person sees
    run, command   the command line

Left out: buckets (`histogram`), and who writes the log.
"""
