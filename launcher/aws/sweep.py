"""Removes what is there of runs, and looks again until nothing is found: list, decide, one step each, list again.

Each step is small and may be done twice, so a sweep that is ended, or throttled half-way, is simply begun again. Only
what the last list does not show any more counts as removed. Left out: what goes and what stays (`decide`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..errors import AwsError, LauncherError
from ..names import HomeNames
from .decide import Decision, Wanted, decide
from .door import Aws
from .inventory import BY_TITLE, KINDS, Inventory, look
from .kinds.kind import GONE, Found, Stage
from .teardown import Left, Removed, Teardown

Say = Callable[[str], None]
PATIENCE_S = 900.0
"""How long nothing may change before the sweep ends; AWS takes up to ten minutes for one environment."""
_BLIND_S = 120.0
"""The same while something gives no answer at all, each call of which the door has tried for a minute already."""
_PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0)
_REFUSALS = 3
"""After so many errors in a row a resource holds up the later stages of its run no more."""
_NEEDED_TO_THE_END = (Stage.ROLES, Stage.SCHEDULES)
"""These never go before the earlier stages: an environment needs its roles, the schedule helps where we fail."""


@dataclass
class _Log:
    """What was done so far."""

    steps: dict[str, list[str]] = field(default_factory=dict)
    seen: dict[str, Found] = field(default_factory=dict)
    refused: dict[str, LauncherError] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)

    def given_up(self) -> set[str]:
        return {key for key, count in self.refusals.items() if count >= _REFUSALS}


def sweep(aws: Aws, home: HomeNames, wanted: Wanted, say: Say, patience_s: float = PATIENCE_S) -> Teardown:
    """The receipt, clean or not; what AWS refuses is in it, nothing is raised for it."""
    log, before, changed_s, turn = _Log(), None, aws.clock(), 0
    while True:
        there = look(aws, home)
        decision = decide(there, wanted, aws.clock())
        now = _picture(decision, there)
        if now != before:
            before, changed_s, turn = now, aws.clock(), 0
        longest_s = min(patience_s, _BLIND_S) if there.unseen else patience_s
        if _finished(decision, there, log) or aws.clock() - changed_s > longest_s:
            return _receipt(aws, home, there, decision, log)
        _act(aws, home, decision.goes, log, say)
        aws.sleep(_PAUSES_S[min(turn, len(_PAUSES_S) - 1)])
        turn += 1


def dry(aws: Aws, home: HomeNames, wanted: Wanted) -> Teardown:
    """What a sweep would find, nothing removed."""
    there = look(aws, home)
    return _receipt(aws, home, there, decide(there, wanted, aws.clock()), _Log())


def _picture(decision: Decision, there: Inventory) -> object:
    """What has to change for the sweep to go on."""
    return frozenset((one.key, one.state) for one in decision.goes), frozenset(there.unseen)


def _finished(decision: Decision, there: Inventory, log: _Log) -> bool:
    """Nothing goes and all was seen; or what is next was refused for good, and so is what cannot be seen."""
    for_good = {key for key, error in log.refused.items() if not isinstance(error, AwsError) or error.refused}
    stuck = log.given_up() & for_good
    following = next_ones(decision.goes, log.given_up())
    return all(one.key in stuck for one in following) and all(one.for_good for one in there.unseen.values())


def _act(aws: Aws, home: HomeNames, goes: Sequence[Found], log: _Log, say: Say) -> None:
    log.seen |= {one.key: one for one in goes}
    for one in next_ones(goes, log.given_up()):
        try:
            done = BY_TITLE[one.kind].step(aws, home, one)
        except LauncherError as error:
            if not (isinstance(error, AwsError) and error.code in GONE):
                log.refused[one.key] = error
                log.refusals[one.key] += 1
            continue
        log.refusals.pop(one.key, None)
        steps = log.steps.setdefault(one.key, [])
        if done and (not steps or steps[-1] != done):
            steps.append(done)
            say(f"{one}: {done}")


def next_ones(goes: Iterable[Found], given_up: set[str]) -> Iterator[Found]:
    """Of each run, those of its earliest stage; what was given up holds up nothing but what is needed to the end."""
    everything = list(goes)
    for run in sorted({one.run or "" for one in everything}):
        of_run = [one for one in everything if (one.run or "") == run]
        earliest = min(BY_TITLE[one.kind].stage for one in of_run)
        going = [one for one in of_run if one.key not in given_up]
        stage = min((BY_TITLE[one.kind].stage for one in going), default=earliest)
        if stage in _NEEDED_TO_THE_END and stage > earliest:
            stage = earliest
        yield from (one for one in of_run if BY_TITLE[one.kind].stage in (stage, earliest))


def _receipt(aws: Aws, home: HomeNames, there: Inventory, decision: Decision, log: _Log) -> Teardown:
    present = {one.key for one in there.found}
    removed = tuple(
        Removed(one.kind, one.name, one.run, one.by, tuple(log.steps.get(key) or ("gone with the rest",)))
        for key, one in log.seen.items() if key not in present
    )  # fmt: skip
    goes = tuple(Left(one.kind, one.name, one.run, _why(one, log)) for one in decision.goes)
    kept_ones, others = (
        tuple(Left(s.found.kind, s.found.name, s.found.run, s.why) for s in decision.stays if s.on_purpose is purpose)
        for purpose in (True, False)
    )
    looked = {kind.title: there.count(kind.title) for kind in KINDS if kind.title not in there.unseen}
    unseen = {what: one.why for what, one in there.unseen.items()}
    return Teardown(home.account, home.region, aws.clock(), removed, kept_ones, (*goes, *others), looked, unseen)


def _why(one: Found, log: _Log) -> str:
    if error := log.refused.get(one.key):
        return f"{error}; {error.fix}" if error.fix else str(error)
    return f"AWS has it still, {one.state}" if one.state else "AWS has it still"
