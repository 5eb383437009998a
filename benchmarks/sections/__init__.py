"""What is measured, a section a file; each has `run(plan, record, place)` and the same order of turns.

In every round each contestant has its turn (A B C A B C), so that what disturbs the machine for a
while disturbs all of them.
"""
