"""What goes and what stays, decided from an inventory alone."""

from launcher.aws.decide import Wanted, decide
from launcher.aws.inventory import Inventory
from launcher.aws.kept import Kept
from launcher.aws.kinds.kind import Found, Stage
from launcher.aws.sweep import next_ones
from tests.launcher.cloud.scenery import LATER, OTHER_RUN, RUN

SOON = LATER - 7200 + 300


def found(kind: str, run: str | None = RUN, state: str = "", keys: str = "") -> Found:
    return Found(kind, f"{kind} of {run}", run, ("name",), state, more={"keys": keys})


def goes(there: Inventory, wanted: Wanted = Wanted(), now_s: float = LATER) -> set[str]:  # noqa: B008
    return {one.kind for one in decide(there, wanted, now_s).goes}


def test_an_old_run_without_a_job_goes():
    assert goes(Inventory((found("stack"), found("schedule")))) == {"stack", "schedule"}


def test_a_young_one_may_be_starting():
    """Until an hour after its id, unless its job has ended or its stack is being deleted."""
    there = (found("stack", state="CREATE_COMPLETE"), found("schedule"))
    assert goes(Inventory(there), now_s=SOON) == set()
    assert goes(Inventory(there, ended=frozenset([RUN])), now_s=SOON) == {"stack", "schedule"}
    assert goes(Inventory((found("stack", state="DELETE_FAILED"),)), now_s=SOON) == {"stack"}


def test_a_job_keeps_its_run_however_old():
    there = Inventory((found("job", state="RUNNING"), found("stack"), found("folder")))
    assert goes(there) == set()
    assert goes(there, Wanted(going=True)) == {"job", "stack", "folder"}
    assert goes(there, Wanted(frozenset([RUN]))) == {"job", "stack", "folder"}


def test_another_run_is_in_neither_list():
    decision = decide(Inventory((found("stack", OTHER_RUN),)), Wanted(frozenset([RUN])), LATER)
    assert (decision.goes, decision.stays) == ((), ())


def test_an_image_stays_for_a_run_that_stays():
    there = Inventory((found("image", None, keys="k1"), found("stack", OTHER_RUN)), images={OTHER_RUN: "k1"})
    assert goes(there, Wanted(frozenset([RUN]))) == set()
    assert "image" in goes(Inventory(there.found, images={OTHER_RUN: "k2"}), Wanted(frozenset([RUN])))


def test_a_note_keeps_an_image_until_its_time():
    """Also for a sweep from a machine that knows nothing of the run."""
    notes = {RUN: Kept(RUN, "k1", {"image": LATER + 60})}
    there = Inventory((found("image", None, keys="k1"),), notes=notes)
    assert goes(there) == set()
    assert goes(there, now_s=LATER + 61) == {"image"}
    assert goes(there, Wanted(noted=False)) == {"image"}


def test_a_machine_that_is_kept_keeps_all_of_its_run_but_its_jobs():
    notes = {RUN: Kept(RUN, "k1", {"instance": LATER + 60})}
    there = Inventory((found("job"), found("stack"), found("machine"), found("role")), notes=notes)
    assert goes(there, Wanted(frozenset([RUN]))) == {"job"}
    assert goes(there, Wanted(frozenset([RUN])), now_s=LATER + 61) == {"job", "stack", "machine", "role"}


def test_stages_of_one_run_wait_for_each_other_and_not_for_other_runs():
    """Each run is at its own stage."""
    everything = [found("stack"), found("role"), found("schedule"), found("role", OTHER_RUN)]
    assert [(one.kind, one.run) for one in next_ones(everything, set())] == [("stack", RUN), ("role", OTHER_RUN)]


def test_what_was_given_up_holds_up_neither_queues_nor_files_but_roles():
    stack, queue, role = found("stack"), found("job queue"), found("role")
    assert [one.kind for one in next_ones([stack, queue, role], {stack.key})] == ["stack", "job queue"]
    assert [one.kind for one in next_ones([stack, role], {stack.key})] == ["stack"]


def test_the_order_of_stages():
    """ROOMS: jobs, queues, environments, roles; the schedule is the last to go."""
    order = [Stage.JOBS, Stage.STACKS, Stage.QUEUES, Stage.ENVIRONMENTS, Stage.ROLES, Stage.SCHEDULES]
    assert order == sorted(order)
    assert max(Stage) is Stage.SCHEDULES
