"""The operational database: SQLite by default, PostgreSQL by URL, one set of tables and of rules for both.

Left out: who writes to it; `batch` does, and the analyst's workbench.
"""
