"""One process per way to answer without a server, driven line by line through `loop`."""
