"""A local Lambda: the real runtime client behind Lambda's public interfaces and rules of concurrency.

Left out: what the function does; identity and signatures, which nobody checks here; a share of CPU by memory size.
"""
