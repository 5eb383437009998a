"""A rehearsal of AWS on this machine: moto's server, and what it lacks - jobs that run, builds, rules that submit.

Left out: time and money; machines start at once and cost nothing.
"""
