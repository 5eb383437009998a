"""One module for each service that a run has something in: how it is found there, and its next step towards being gone.

Left out: what is to go (`decide`), the order over all services (`Stage`), and doing it again until nothing is left
(`sweep`).
"""
