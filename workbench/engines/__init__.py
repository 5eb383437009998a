"""Engines: DuckDB here (the default), PostgreSQL beside the operational data, Spark and Athena for what is large.

Left out: which spellings mean the same on all of them (`expressions`).
"""
