"""The commands of `python -m launcher`, a file each; `app` lists them.

Left out: what they do, which stands in the room itself.
"""
