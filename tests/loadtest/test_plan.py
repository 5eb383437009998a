"""The plan: what is asked for carries the load, and says where it breaks."""

from pathlib import Path

import pytest

from loadtest.arrivals import Rate
from loadtest.durations import Durations
from loadtest.plan import breaks, main
from loadtest.rules import Limits
from loadtest.simulation import simulate
from loadtest.sizing import Plan, Wish, choose, plan, sizes

SHORT = Wish(400, 50, 0.999, Durations.read("p50=0.3,p99=2"), Durations.read("50"), 40)
LONG = SHORT._replace(durations=Durations.read("p50=200,p99=800"), p99_ms=1000)


def made(wish: Wish) -> Plan:
    found = plan(wish)
    assert found is not None
    return found


def test_a_short_function_is_bound_by_the_ten_times_rule():
    """400 requests a second of a millisecond need a concurrency of 40, and a little more by chance."""
    found = made(SHORT)
    assert found.least == 40
    assert 40 < found.concurrency < 60
    assert min(breaks(found).values()) == 10 * found.concurrency


def test_a_long_function_is_bound_by_its_duration():
    """Little's law: rate x mean duration, and Erlang's room for chance."""
    found = made(LONG)
    assert found.least == pytest.approx(400 * found.durations.mean, abs=1)
    assert found.least < found.concurrency < 1.5 * found.least


@pytest.mark.parametrize("wish", [SHORT, LONG], ids=["short", "long"])
def test_what_is_asked_for_carries_the_load(wish: Wish):
    """Warm, the simulated load is answered at the first try as often as was wanted, or nearly."""
    found = made(wish)
    limits = Limits(found.concurrency, provisioned_concurrency=found.concurrency)
    outcome = simulate(Rate(wish.rps, 60, poisson=True), limits, found.durations, found.inits, seed=5)
    assert outcome.success >= wish.success - 0.001
    assert 1000 * outcome.latency_s(0.99) <= wish.p99_ms


def test_sizes_keep_the_p99_and_have_memory_to_spare():
    """A size fits if its p99 is within the wish and its memory is a quarter above what is used."""
    wish = SHORT._replace(p99_ms=10, memory_mb=110)
    fit = {size.memory_mb for size in sizes(wish) if size.fits}
    assert fit == {512, 1024, 1769, 3008}


def test_the_size_costs_nearly_as_little_as_the_cheapest():
    """Within a twentieth of the cheapest that fits, the one with most memory."""
    every = sizes(SHORT)
    chosen = choose(every)
    cheapest = next(size for size in every if size.fits)
    assert chosen is not None
    assert chosen.memory_mb >= cheapest.memory_mb
    assert chosen.month <= 1.05 * cheapest.month


def test_rare_requests_are_cold():
    """Requests further apart than an environment lives wait for INIT, and the plan says to provision."""
    wish = SHORT._replace(rps=0.001, inits=Durations.read("5000"))
    found = made(wish)
    assert found.steady_cold_share > 0.4
    assert found.provisioned
    assert not made(SHORT).provisioned


def test_the_command(capsys: pytest.CaptureFixture[str]):
    """It says the concurrency, memory, architecture, provisioned or not, cold starts, cost and what breaks first."""
    assert main(["--rps", "200", "--p99-ms", "50", "--quota", "10"]) == 0
    said = capsys.readouterr().out
    for word in ("concurrency", "memory", "architecture", "provisioned", "cold starts", "a month", "breaks at"):
        assert word in said
    assert "Ask for more: the account's concurrency of 10 ends at 100 a second." in said


def test_a_p99_that_no_size_keeps(capsys: pytest.CaptureFixture[str]):
    """One line says so; exit code 1."""
    assert main(["--rps", "10", "--p99-ms", "5", "--duration-ms", "40"]) == 1
    assert capsys.readouterr().err == "No memory size keeps a p99 of 5 ms: on a whole vCPU it is 40 ms.\n"


@pytest.mark.parametrize(
    "arguments", [[], ["--rps", "0", "--p99-ms", "1"], ["--rps", "1", "--p99-ms", "1", "--success", "1"]]
)
def test_a_wrong_command_line(arguments: list[str]):
    """Exit code 2."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2


def test_the_page_shows_what_the_command_prints(capsys: pytest.CaptureFixture[str]):
    """The plan in docs/loadtest.md is that of today's rules, prices and figures."""
    page = (Path(__file__).parents[2] / "docs/loadtest.md").read_text(encoding="utf-8")
    main(["--rps", "10000", "--p99-ms", "50"])
    shown, table = capsys.readouterr().out.split("\n\n memory MB")
    assert shown in page
    assert table.count("\n") == 13
