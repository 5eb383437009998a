"""Runs on AWS Batch: the plan's first steps when a run is started, and one look at AWS for every later question.

A run is found by its id alone, from any machine with the same account. Left out: the steps (`plan`, `aws.acts`), how a
run stands (`aws.standing`), what is removed and in what order (`aws.destroy`).
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Protocol

from .. import folders, results, runs
from ..aws import acts, image, jobs, objects, outputs, schedule, stacks, standing
from ..aws.door import Aws, open_aws
from ..aws.looking import Looking, Why
from ..aws.teardown import Teardown
from ..durations import show_duration
from ..errors import LauncherError, LeftBehind, StorageError, UnknownRun
from ..executor import Journal, execute
from ..keep import Keep
from ..manifest import File, Manifest
from ..money import show
from ..money.account import Account
from ..names import HomeNames, RunNames, results_link
from ..options import Options
from ..plan import There, begin, plan
from ..spec import Spec, spec
from ..steps import Step
from .aws_money import PricesOf, Purse, offline, online
from .protocol import Attempt, Job, Say, State, Status


class Destroy(Protocol):
    """Removes all of a run but what is kept by name, and proves it (`aws.destroy`)."""

    def __call__(self, aws: Aws, home: HomeNames, run_id: str, keep: tuple[Keep, ...], say: Say) -> Teardown: ...


class AwsEngine:
    """Runs in one account and region; `state` is the folder that journals are kept below."""

    name = "aws"
    costs = True

    def __init__(
        self,
        aws: Aws,
        state: str,
        *,
        destroy: Destroy,
        why: Why,
        keep: tuple[Keep, ...] = (),
        prices_of: PricesOf = offline,
        local_docker: bool = False,
    ) -> None:
        self._aws, self._state, self._remove, self._why = aws, state, destroy, why
        self._keep_else, self._local_docker = keep, local_docker
        self._purse = Purse(state, prices_of)
        self._keep: dict[str, tuple[Keep, ...]] = {}
        """Of the runs that were started here."""

    @cached_property
    def _home(self) -> outputs.Outputs:
        return outputs.find(self._aws)

    @cached_property
    def _look(self) -> Looking:
        return Looking(self._aws, self._home.bucket, self._why)

    def place(self) -> str:
        """The region.

        Raises: AwsError without credentials; PlanError where there is no launcher yet.
        """
        return self._home.names.region

    def plan(self, job: Job) -> tuple[Step, ...]:
        """Every step that the job would take, none of them done.

        Raises: PlanError; AwsError.
        """
        made, _, there = self._decided(job)
        return plan(made, there, job.options.output, local_docker=self._local_docker)

    def start(self, job: Job, say: Say) -> None:
        """Do the steps up to the submission; where one fails, all that was made is removed.

        Raises: PlanError; EngineError; AwsError; StorageError.
        """
        made, manifest, there = self._decided(job)
        plan(made, there)  # refuses what cannot be
        quoted = self._purse.quoted(made, job.options.max_cost, builds=not there.image)
        for line in show.quote_lines(quoted.quote):
            say(line)
        made = replace(made, timeout_s=quoted.timeout_s)
        manifest = replace(manifest, timeout_s=quoted.timeout_s, budget_s=quoted.budget_s)
        if quoted.limited:
            say(f"--max-cost ends the script after {show_duration(quoted.timeout_s)} at the latest")
        self._purse.keep(quoted)
        self._keep[job.run_id] = job.options.keep
        steps = begin(made, there, local_docker=self._local_docker)
        doing = acts.Acts(self._aws, self._home, job, manifest, _image(job), say, self._purse.built(job.run_id))
        journal = Journal(os.path.join(runs.folder(self._state, job.run_id), "journal.jsonl"), self._aws.clock)
        execute(steps, doing.do, lambda: self.destroy(job.run_id, say), journal, say)

    def quote(self, job: Job, said_min: float | None = None) -> Account:
        """What the job will cost, before anything is paid; `said_min` is how long a person says that it takes.

        Raises: PlanError; MoneyError; AwsError.
        """
        made, _, there = self._decided(job)
        return self._purse.quoted(made, job.options.max_cost, builds=not there.image, said_min=said_min)

    def spec(self, job: Job) -> Spec:
        """What the job needs of AWS; also what its price is reckoned from.

        Raises: PlanError; AwsError.
        """
        return self._decided(job, look=False)[0]

    def _decided(self, job: Job, *, look: bool = True) -> tuple[Spec, Manifest, There]:
        found, run = self._home, RunNames(job.run_id)
        manifest = replace(job.manifest, image_key=_image(job).key, results=run.results_prefix.rstrip("/"))
        named = (job.project.name, job.project.digest)
        made = spec(
            job.run_id, job.options, manifest, found.names.account, found.names.region, named, self._aws.clock()
        )
        there = acts.look(self._aws, found, made) if look else There(home=True)
        return made, manifest, there

    def status(self, run_id: str) -> Status:
        """Raises: UnknownRun; AwsError."""
        run, found = self._known(run_id), self._jobs(run_id)
        stack = stacks.status(self._aws, run.stack)
        attempts = self._look.attempts(run, found)
        if not stack and not found and not attempts and not self._noted(run):
            raise UnknownRun(run_id)
        state, sentence = standing.standing(stack, found, attempts)
        if state is State.WAITING and found and found[-1].lost_its_host:
            self._look.take_over(run, found[-1])
        if not state.ended and self._purse.is_spent(run_id, attempts, self._aws.clock()):
            self._end(run_id, "--max-cost is reached")
            sentence = "--max-cost is reached: its script is told to end"
        return Status(state, sentence or self._look.waits(run, found[-1]), tuple(attempts))

    def attempts(self, run_id: str) -> list[Attempt]:
        """Raises: UnknownRun; AwsError."""
        return self._look.attempts(self._known(run_id), self._jobs(run_id))

    def logs(self, run_id: str, skip: int = 0) -> Iterator[str]:
        """Attempt after attempt, a few seconds after they were written.

        Raises: UnknownRun; AwsError.
        """
        yield from islice(self._look.lines(self._known(run_id)), skip, None)

    def fetch(self, run_id: str, folder: str) -> tuple[str, ...]:
        """Raises: UnknownRun; StorageError where there are no results yet; DamagedError; AwsError."""
        run, bucket = self._known(run_id), self._home.bucket
        listed = objects.read(self._aws, bucket, f"{run.prefix}results.json")
        if listed is None:
            raise StorageError(f"run {run_id} has no results", f"`python -m launcher logs {run_id}` may tell why")

        def get(file: File, path: str) -> None:
            objects.download(self._aws, bucket, run, file, path)

        return results.bring(results.from_json(listed), get, folder)

    def stop(self, run_id: str) -> None:
        """SIGTERM to the script; one that waits does not begin.

        Raises: UnknownRun; AwsError.
        """
        self._end(run_id, "stopped by a person")

    def _end(self, run_id: str, reason: str) -> None:
        for job in self._jobs(run_id):
            if not job.ended:
                jobs.end(self._aws, job, reason)

    def link(self, run_id: str) -> str:
        """The results' page in the S3 console.

        Raises: UnknownRun; AwsError.
        """
        return results_link(self._home.bucket, self._home.names.region, self._known(run_id).results_prefix)

    def destroy(self, run_id: str, say: Say) -> None:
        """Say what it cost, remove all but what is kept by name, and say the teardown receipt.

        Raises: UnknownRun; LeftBehind where the receipt is not clean; AwsError.
        """
        run = self._known(run_id)
        self._paid(run_id, say)
        receipt = self._remove(self._aws, self._home.names, run.run_id, self._keep.get(run_id, self._keep_else), say)
        for line in receipt.lines():
            say(line)
        if not receipt.clean:
            raise LeftBehind([f"{one.kind} {one.name}" for one in receipt.left] or sorted(receipt.unseen))

    def deadline(self, run_id: str) -> float | None:
        """When the schedule deletes the run's stack, in seconds since 1970.

        Raises: UnknownRun; AwsError.
        """
        return schedule.at(self._aws, self._known(run_id))

    def _paid(self, run_id: str, say: Say) -> None:
        """Say the receipt of a run that was started here, while AWS still knows its attempts."""
        try:
            closed = self._purse.close(run_id, self.attempts(run_id), self._aws.clock())
        except LauncherError as error:
            say(f"no receipt could be written: {error}")
            return
        if closed:
            for line in show.receipt_lines(closed[0], closed[1].quote):
                say(line)

    def _known(self, run_id: str) -> RunNames:
        runs.folder(self._state, run_id)  # refuses what is no id
        return RunNames(run_id)

    def _noted(self, run: RunNames) -> bool:
        """Whether anything of it is on record, here or in the bucket."""
        here = os.path.exists(os.path.join(runs.folder(self._state, run.run_id), "journal.jsonl"))
        return here or objects.read(self._aws, self._home.bucket, run.manifest_key) is not None

    def _jobs(self, run_id: str) -> list[jobs.Job]:
        return jobs.find(self._aws, self._known(run_id))


def _image(job: Job) -> image.Image:
    return image.Image(job.project.requirements, job.options.python, job.options.gpus)


def open_engine(
    options: Options,
    environ: Mapping[str, str],
    *,
    local_docker: bool = False,
    opened: Callable[[str | None, str | None], Aws] = open_aws,
) -> AwsEngine:
    """The engine of the account and region that the options name; nothing is asked of AWS yet.

    Raises: AwsError for a profile or a region that is not there.
    """
    from ..aws.destroy import destroy
    from ..aws.waiting import why

    def elsewhere(region: str) -> Aws:
        return opened(region, options.profile)

    return AwsEngine(
        opened(options.region, options.profile), folders.state(environ), destroy=destroy, why=why, keep=options.keep,
        prices_of=online(elsewhere, environ), local_docker=local_docker,
    )  # fmt: skip
