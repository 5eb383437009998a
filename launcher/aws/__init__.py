"""AWS: one door, and what each module asks through it.

Left out: what is decided before anything is asked (`spec`, `plan`).
"""
