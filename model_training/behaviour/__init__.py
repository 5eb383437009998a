"""What a model must get right whatever its accuracy: cases made from templates, in groups, each with a floor.

The method is CheckList's (Ribeiro, Wu, Guestrin and Singh, ACL 2020): minimum functionality tests (a label),
invariance tests (a change that must not matter) and directional expectation tests (a change that must).

    sentiment/*.toml -> cases (suite) -> answers -> results by group (report) -> a table (table)

`run(model)` gives the Report, `check(model)` raises BehaviourError where a group is below its floor.
Left out: accuracy on sentences of others, which `evaluate` measures.
"""

from .report import BehaviourError, Report, check, run

__all__ = ["BehaviourError", "Report", "check", "run"]
