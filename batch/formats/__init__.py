"""The formats of reviews, a file a format: each gives the rows of an open source, in order and in bounded memory."""
