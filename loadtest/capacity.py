"""How much concurrency a rate needs, in closed form: Little's law, Erlang's loss formula, the 10x rule.

Left out: cold starts and retries, which need the simulator.
"""

import math


def erlang_b(load: float, servers: int) -> float:
    """Share of requests lost when `servers` environments meet a Poisson load of rate x mean duration.

    Lambda has no queue, so it is Erlang's loss system; the loss depends on the mean duration alone (A. K. Erlang,
    1917; B. A. Sevastyanov, 1957).

    >>> round(erlang_b(2.0, 3), 4)
    0.2105
    """
    lost = 1.0
    for n in range(1, servers + 1):
        lost = load * lost / (n + load * lost)
    return lost


def environments(load: float, loss: float) -> int:
    """The fewest environments that lose at most this share of a Poisson load."""
    lost, n = 1.0, 0
    while lost > loss:
        n += 1
        lost = load * lost / (n + load * lost)
    return n


def rate_concurrency(rate: float, loss: float, per_concurrency: int = 10) -> int:
    """The least concurrency whose 10x rule refuses at most this share of a Poisson rate.

    Counted over the last second, the rule is a loss system of its own: each request that is let in holds one of
    10 x concurrency places for exactly a second. So Erlang's formula holds, with the rate as load.

    >>> rate_concurrency(10_000, 0.001)
    1017
    """
    return max(1, math.ceil(environments(rate, loss) / per_concurrency))
