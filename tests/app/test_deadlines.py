"""The time limit of bodies: who is late hears so, and nobody else."""

from __future__ import annotations

import asyncio

import pytest

from app.deadlines import Deadline

LIMIT_S = 0.1


async def _wait(deadline: Deadline, event: asyncio.Event) -> str:
    with deadline:
        await event.wait()
    return "in time"


def test_who_is_late_hears_so_and_who_is_not_goes_on() -> None:
    """Of two that wait, the one whose time is over gets TimeoutError, the other its event."""

    async def both() -> list[object]:
        deadline, never, soon = Deadline(LIMIT_S), asyncio.Event(), asyncio.Event()
        waiting = [asyncio.ensure_future(_wait(deadline, event)) for event in (never, soon)]
        await asyncio.sleep(0)
        soon.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    late, in_time = asyncio.run(asyncio.wait_for(both(), 30))
    assert isinstance(late, TimeoutError)
    assert in_time == "in time"


def test_a_task_that_was_late_can_wait_again() -> None:
    """TimeoutError ends one wait: the task is not cancelled, and its next wait has its own time."""

    async def twice() -> str:
        deadline, event = Deadline(LIMIT_S), asyncio.Event()
        with pytest.raises(TimeoutError):
            await _wait(deadline, event)
        event.set()
        await asyncio.sleep(0)
        return await _wait(deadline, event)

    assert asyncio.run(asyncio.wait_for(twice(), 30)) == "in time"


def test_a_cancellation_from_outside_stays_one() -> None:
    """Whoever is cancelled by somebody else is cancelled, not late."""

    async def cancelled() -> asyncio.Task[str]:
        task = asyncio.ensure_future(_wait(Deadline(30), asyncio.Event()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task

    assert asyncio.run(asyncio.wait_for(cancelled(), 30)).cancelled()


def test_many_at_different_times_are_each_late_in_their_turn() -> None:
    """A hundred that begin one after the other all hear that they are late."""

    async def many() -> list[object]:
        deadline, never = Deadline(LIMIT_S), asyncio.Event()
        waiting = []
        for _ in range(100):
            waiting.append(asyncio.ensure_future(_wait(deadline, never)))
            await asyncio.sleep(0.001)
        return await asyncio.gather(*waiting, return_exceptions=True)

    assert {type(found) for found in asyncio.run(asyncio.wait_for(many(), 30))} == {TimeoutError}
