"""A whole run of AWS Batch on this machine, with everything going wrong that can.

Left out: AWS; moto and a small engine stand in.
"""
