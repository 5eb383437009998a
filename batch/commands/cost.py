"""`python -m batch cost`: a quote before, a receipt after, spot against on demand.

Left out: the arithmetic (`costs`) and the prices (`prices`, `aws.spot`).
"""

from typing import Annotated

import typer

from .. import costs, prices
from ..aws import spot, stack, watching
from ..aws.door import Aws, open_aws
from ..aws.watching import State
from ..costs import Bill, Load, Spent
from ..errors import PlanError
from ..planning import ROWS_A_SHARD
from ..prices import Prices, Rates
from . import cloud
from .cloud import STACK, StackName

_FAMILIES = "c6i,c6a,c5,m6i,m6a,m5,r6i,r5"


def command(
    target: Annotated[str | None, typer.Argument(help="a manifest or a job; with none, --rows are quoted")] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="to quote without a plan")] = None,
    rows_per_second: Annotated[
        float, typer.Option(min=0.1, help="of one vCPU, as `run` tells")
    ] = costs.ROWS_PER_SECOND,
    vcpus: Annotated[float, typer.Option(min=0.25, help="of a shard")] = costs.VCPUS,
    start_s: Annotated[float, typer.Option(min=0, help="a machine's start, seconds an attempt")] = costs.START_S,
    interrupted: Annotated[float, typer.Option(min=0, max=1, help="share of attempts")] = costs.INTERRUPTED,
    live: Annotated[bool, typer.Option("--live", help="spot prices of now, by EC2")] = False,
    families: Annotated[str, typer.Option(help="of machines, with commas between")] = _FAMILIES,
    stack_name: StackName = STACK,
) -> None:
    """Tell what a plan will cost, or has cost; exits with 2 where neither a plan nor --rows is given."""
    with cloud.told():
        aws = open_aws() if target or live else None
        names = tuple(stack.find(aws, stack_name).families if aws and target else families.split(","))
        known = prices.load()
        rates, source = _rates(known, names, aws if live else None)
        state = watching.look(aws, watching.manifest_of(aws, target)) if aws and target else None
        if state and any(child.attempts for k in state.jobs for child in k.children):
            _receipt(state, rates, source)
        else:
            load = _load(state, rows, rows_per_second, vcpus)
            _quote(load, costs.quote(load, rates, start_s, interrupted), source, start_s)


def _rates(known: Prices, names: tuple[str, ...], aws: Aws | None) -> tuple[Rates, str]:
    rates = known.of(names)
    source = f"prices of {known.region}, read {known.read}, mean of {', '.join(names)}"
    if not aws:
        return rates, source
    found = spot.rates(aws, names)
    if not found:
        raise PlanError("EC2 tells no spot price of these families in this region")
    return rates._replace(spot=sum(found.values()) / len(found)), f"{source}; spot prices of now"


def _load(state: State | None, rows: int | None, rows_per_second: float, vcpus: float) -> Load:
    if state:
        return Load(state.plan.rows, len(state.plan.shards), rows_per_second, vcpus)
    if rows is None:
        raise PlanError("give a manifest, a job, or --rows")
    return Load(rows, -(-rows // ROWS_A_SHARD), rows_per_second, vcpus)


def _quote(load: Load, bill: Bill, source: str, start_s: float) -> None:
    print(f"Quote: {load.rows:,} rows in {load.shards:,} shards, {load.rows_per_second:g} rows a second and vCPU, "
          f"{start_s:g} s for a machine's start.")  # fmt: skip
    _tell(bill, load.rows, "on spot machines")
    print(f"({source})")


def _receipt(state: State, rates: Rates, source: str) -> None:
    spent = [
        Spent(attempt.seconds, child.vcpus, known.note.spot)
        for known in state.jobs for child in known.children for attempt in child.attempts
    ]  # fmt: skip
    rows = sum(shard.rows for shard in state.plan.shards if shard.number in state.done)
    print(f"Receipt: {rows:,} rows, {len(spent):,} attempts, "
          f"{sum(known.standing.lost for known in state.jobs)} machines lost.")  # fmt: skip
    _tell(costs.receipt(spent, rates), rows, "as it was")
    print(f"({source}; attempts only: a machine's start and idle time are on AWS's bill)")


def _tell(bill: Bill, rows: int, name: str) -> None:
    a_million = costs.per_million(bill, rows)
    table = cloud.table("", "#vCPU hours", "#dollars", "#dollars a million rows")
    table.add_row(name, f"{bill.vcpu_s / 3600:.3f}", f"{bill.dollars:.4f}", f"{a_million[0]:.4f}")
    table.add_row("all on demand", "", f"{bill.on_demand_dollars:.4f}", f"{a_million[1]:.4f}")
    cloud.show(table)
    print(f"Spot saves {bill.saved:.0%}.")
