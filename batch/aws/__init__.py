"""The one door to AWS: clients, jobs, logs and what a run cost.

Left out: what is decided from it (`retries`, `planning`, `costs`).
"""
