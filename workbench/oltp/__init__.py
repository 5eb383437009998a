"""How fast the operational database stays while analysts work: a real primary and replica, measured.

Left out: what analysts compute (`select`, `features`, `stats`).
"""
