"""How much of a text's tone survives its translation, measured on labelled lines.

reviews.tsv    210 lines in seven languages with labels and English references, CC0
lines          labelled lines of that or any file
yardsticks     what tells a tone: the artifact that runs use, and a list of words
measure        recall before and after translation, by engine and language
table          the same for a person, and as JSON
"""
