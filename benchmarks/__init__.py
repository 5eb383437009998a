"""Side-by-side measurements of the service and of its alternatives; `python -m benchmarks`."""
