"""Engines that run a project, each behind the same protocol.

local          a fresh environment and a subprocess on this machine; no account
aws            AWS Batch, a stack for each run

Left out: what a run is told (`options`), and what runs it there (`runner`).
"""
