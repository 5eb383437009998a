"""Python itself: the floor under every cold start. Left out: any work."""

from benchmarks.inproc.loop import run

run(lambda: (len, None))
