"""The commands of `python -m batch`, a file each; `app` lists them.

Left out: what they do, which stands in the room itself.
"""
