"""Files of labelled texts, a format a file: each gives the records of two columns with their places.

Left out: what a text and a label may be, and which rows are used (`model_training.table`).
"""
