"""One run is removed, but for what is kept by name; a note in the bucket says so to every later sweep."""

from launcher.aws import kept, schedule
from launcher.aws.decide import Wanted
from launcher.aws.destroy import destroy
from launcher.aws.door import Aws
from launcher.aws.sweep import sweep
from launcher.keep import parse_keep
from tests.launcher.cloud.scenery import HOME, LATER, OTHER_RUN, RUN, Clock, door, make_run, remains


def quiet(_line: str) -> None:
    pass


def test_without_keep_nothing_stays(aws: Aws, url: str):
    make_run(aws)
    assert destroy(aws, HOME, RUN, (), quiet).clean
    assert remains(url) == set()


def test_done_twice_it_does_nothing(aws: Aws):
    make_run(aws)
    destroy(aws, HOME, RUN, (), quiet)
    again = destroy(aws, HOME, RUN, (), quiet)
    assert (again.clean, again.removed) == (True, ())


def test_a_run_that_never_was_is_removed_at_once(url: str):
    """Also where there is no home, as when `bootstrap` was forgotten."""
    assert destroy(door(url), HOME, RUN, (), quiet).clean


def test_bucket_image_and_logs_are_kept_and_a_sweep_respects_it(aws: Aws, url: str):
    """The sweep comes from a machine that knows nothing of the run."""
    run = make_run(aws)
    receipt = destroy(aws, HOME, RUN, parse_keep("bucket,image"), quiet)
    assert receipt.clean
    assert {one.kind for one in receipt.kept} == {"folder", "image"}
    expected = {run.manifest_key, f"{run.results_prefix}été 1.csv", "image key1"}
    assert expected <= remains(url)
    assert not {name for name in remains(url) if name.startswith("launcher-")}
    before = remains(url)
    assert sweep(door(url), HOME, Wanted(), quiet).clean
    assert remains(url) == before


def test_what_was_kept_goes_when_it_is_destroyed_again(aws: Aws, url: str):
    make_run(aws)
    destroy(aws, HOME, RUN, parse_keep("bucket,image"), quiet)
    destroy(aws, HOME, RUN, (), quiet)
    assert remains(url) == set()
    assert kept.load(aws, HOME) == {}


def test_a_machine_is_kept_for_its_time_and_no_longer(url: str, aws: Aws):
    """Its stack, queue and environment stay, and the schedule is moved to the end of that time."""
    run = make_run(aws)
    receipt = destroy(aws, HOME, RUN, parse_keep("instance:30m"), quiet)
    assert receipt.clean
    assert {run.stack, run.spot} <= remains(url)
    assert schedule.at(aws, run) == LATER + 1800
    assert sweep(door(url, Clock(LATER + 1700)), HOME, Wanted(), quiet).removed == ()
    assert sweep(door(url, Clock(LATER + 1900)), HOME, Wanted(), quiet).clean
    assert remains(url) == set()


def test_another_run_is_not_touched(aws: Aws, url: str):
    other = make_run(aws, OTHER_RUN)
    before = remains(url)
    make_run(aws, RUN)
    destroy(aws, HOME, RUN, (), quiet)
    assert remains(url) == before
    assert schedule.at(aws, other)
