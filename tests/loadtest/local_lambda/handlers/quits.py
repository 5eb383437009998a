"""A function that ends its process at import."""

import os

os._exit(7)
