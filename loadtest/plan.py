"""What to ask AWS for at a rate and a p99, in words: `make plan RPS=10000 P99_MS=50`.

Left out: what stands in front of the function, and the time that Lambda takes to find a place for an environment and
to fetch its image, which cannot be measured here; `--placement-ms` adds it.

    python -m loadtest.plan --rps 10000 --p99-ms 50
"""

import argparse
import sys
from collections.abc import Iterator, Sequence

from . import prices
from .arguments import durations, not_negative, positive, share_below_1
from .command_line import Parser, exit_code
from .measured import MEASURED
from .rules import Limits
from .sizing import Plan, Size, Wish, plan

DEFAULT_QUOTA, NEW_ACCOUNT_QUOTA = 1000, 10
"""Concurrency of an account, and of many a new one: dg/gettingstarted-limits.html."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = Parser(
        prog="python -m loadtest.plan",
        description="Size a function. MS is a number, quantiles (p50=1,p99=4), or FILE.csv:COLUMN, on one whole vCPU.",
    )
    p.add_argument("--rps", type=positive, required=True, help="requests a second")
    p.add_argument("--p99-ms", type=positive, required=True, help="longest duration of 99 %% of the warm requests")
    p.add_argument("--success", type=share_below_1, default=0.999, help="share answered at the first try (%(default)s)")
    p.add_argument("--duration-ms", type=durations, default=MEASURED.durations, metavar="MS", help="of the handler")
    p.add_argument("--init-ms", type=durations, default=MEASURED.inits, metavar="MS", help="of INIT")
    p.add_argument("--memory-used-mb", type=positive, default=MEASURED.memory_mb, help="of a process (%(default)s)")
    p.add_argument("--placement-ms", type=not_negative, default=0.0, help="Lambda's own time before INIT (%(default)s)")
    p.add_argument("--quota", type=positive, default=DEFAULT_QUOTA, help="the account's concurrency (%(default)s)")
    p.add_argument("--seed", type=int, default=0, help="of the simulation (%(default)s)")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the plan; 1 where no memory size keeps the p99."""
    o = parser().parse_args(arguments)
    wish = Wish(o.rps, o.p99_ms, o.success, o.duration_ms, o.init_ms, o.memory_used_mb, o.placement_ms)
    made = plan(wish, o.seed)
    if made is None:
        whole = 1000 * wish.durations.quantile(0.99)
        print(
            f"No memory size keeps a p99 of {wish.p99_ms:g} ms: on a whole vCPU it is {whole:.3g} ms.", file=sys.stderr
        )
        return 1
    print("\n".join(report(made, o.quota)))
    return 0


def report(made: Plan, quota: float) -> Iterator[str]:
    """The plan as lines for a terminal."""
    size, wish, seen = made.size, made.wish, made.simulated
    where = prices.load()
    share = f"{100 * wish.success:g} % at the first try"
    yield f"For {wish.rps:,g} requests a second, a p99 of {wish.p99_ms:g} ms and {share}:"
    yield ""
    yield f"concurrency    {made.concurrency:,} where requests come at random; {made.least:,} where they come evenly"
    yield f"memory         {size.memory_mb:,} MB: warm p99 {size.p99_ms:.3g} ms, mean billed {size.billed_ms:.3g} ms"
    yield f"architecture   {size.architecture}, taken to be as fast as the other; measure yours"
    yield f"provisioned    {_provisioned(made)}"
    yield (
        f"cold starts    {seen.cold_starts:,} at the start, INIT {1000 * made.inits.quantile(0.5):.3g} ms (p50);"
        f" later {100 * made.steady_cold_share:.3g} % of requests"
    )
    yield f"cost           ${size.month:,.0f} a month, ${size.per_million:.2f} a million requests"
    yield f"               (prices of {where.read}, {where.region}; without free tier, gateway, logs and traffic)"
    yield (
        f"simulated      {seen.sent:,} requests from a standing start: {100 * seen.success:.2f} % answered at the first"
        f" try, {100 * made.warm_success:.2f} % in the second half"
    )
    yield ""
    yield from _breaks(made, quota)
    yield ""
    yield from _sizes(made.sizes)


def _provisioned(made: Plan) -> str:
    say = f"{made.provision:,} environments would cost ${made.provisioned_month:,.0f} a month in all"
    return f"yes: {say}" if made.provisioned else f"no: cold starts do not reach the p99; {say}"


def _breaks(made: Plan, quota: float) -> Iterator[str]:
    """The rate at which each limit breaks, the first one first, at the concurrency that is asked for."""
    for name, at in sorted(breaks(made).items(), key=lambda item: item[1]):
        yield f"breaks at {at:>12,.0f}/s   {name}"
    if made.concurrency > quota:
        yield f"Ask for more: the account's concurrency of {quota:,g} ends at {_most(made, quota):,.0f} a second."
    else:
        yield f"The account's concurrency of {quota:,g} is enough, up to {_most(made, quota):,.0f} a second."
    new = _most(made, NEW_ACCOUNT_QUOTA)
    yield f"A new account's {NEW_ACCOUNT_QUOTA} would end at {new:,.0f} requests a second."


def breaks(made: Plan) -> dict[str, float]:
    """Limit -> requests a second at which it begins to refuse, where they come evenly.

    From a standing start every request takes an environment of its own until the first INIT has ended; from then on
    the warm ones take them.
    """
    limits = Limits(account_concurrency=made.concurrency)
    at_once = min(limits.scale_out_per_10_s, made.concurrency)
    return {
        "10x rule: ten requests a second for each unit of concurrency": limits.requests_per_s,
        "concurrency: environments / mean duration": made.concurrency / made.durations.mean,
        "a standing start: environments / the shortest INIT among them": at_once
        / made.inits.quantile(1 / (at_once + 1)),
    }


def _most(made: Plan, concurrency: float) -> float:
    return min(10 * concurrency, concurrency / made.durations.mean)


def _sizes(every: Sequence[Size]) -> Iterator[str]:
    yield f"{'memory MB':>10}  {'architecture':<13}{'p99 ms':>9}{'billed ms':>11}{'$ a month':>12}{'$ a million':>13}"
    for size in every:
        p99 = f"{size.p99_ms:.3g}"
        line = f"{size.memory_mb:>10,}  {size.architecture:<13}{p99:>9}{size.billed_ms:>11.2f}"
        yield f"{line}{size.month:>12,.0f}{size.per_million:>13.3f}{'' if size.fits else '  does not fit'}"


if __name__ == "__main__":
    sys.exit(exit_code(main))
