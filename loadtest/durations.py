"""Seconds that a request or an INIT takes, drawn at random: from measured samples, or a lognormal given by quantiles.

Left out: that durations depend on each other or on the load; each draw is its own.

    Durations.read("p50=0.4,p99=2")         a lognormal with these quantiles, in milliseconds
    Durations.read("25")                    always 25 ms
    Durations.read("run.csv:duration_ms")   the samples in a column of a CSV file, drawn with replacement
"""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

CHUNK = 1 << 14
ROUNDING = 1e-9


class DurationsError(ValueError):
    """A description of durations that cannot be read; the message says where and what is expected."""


class Durations(NamedTuple):
    """Either samples in seconds, or `mu` and `sigma` of a lognormal of seconds; `offset_s` is added to each."""

    samples: tuple[float, ...] = ()
    mu: float = 0.0
    sigma: float = 0.0
    offset_s: float = 0.0

    @classmethod
    def constant(cls, seconds: float) -> "Durations":
        return cls(samples=(seconds,))

    @classmethod
    def of(cls, samples_s: Sequence[float]) -> "Durations":
        """Drawn from measured samples, in seconds; one that was measured below 0 or not at all is an error."""
        if not samples_s or not all(math.isfinite(s) and s >= 0 for s in samples_s):
            raise DurationsError("durations need samples of 0 or more")
        return cls(samples=tuple(samples_s))

    @classmethod
    def lognormal(cls, quantiles_s: Mapping[float, float]) -> "Durations":
        """The lognormal that comes nearest to the quantiles (share -> seconds), by least squares of the logarithms.

        >>> round(Durations.lognormal({0.5: 0.02, 0.99: 0.05}).quantile(0.99), 6)
        0.05
        """
        if len(quantiles_s) < 2 or not all(0 < q < 1 and s > 0 for q, s in quantiles_s.items()):
            raise DurationsError("a lognormal needs two quantiles or more, such as p50=0.4,p99=2, above 0")
        z = np.array([NormalDist().inv_cdf(q) for q in quantiles_s])
        sigma, mu = np.polyfit(z, np.log(list(quantiles_s.values())), 1)
        if sigma < -ROUNDING:
            raise DurationsError("higher quantiles need longer durations")
        return cls(mu=float(mu), sigma=max(0.0, float(sigma)))

    @classmethod
    def read(cls, text: str) -> "Durations":
        """From what a command line says, in milliseconds: a number, quantiles, or a CSV file and its column."""
        if "=" in text:
            return cls.lognormal({_share(name): _ms(value) for name, _, value in _pairs(text)})
        try:
            return cls.of([_ms(text)])
        except DurationsError:
            name, _, column = text.rpartition(":") if ":" in text else (text, "", "")
            if not Path(name).is_file():
                raise
            return cls.of(_column(Path(name), column))

    @property
    def mean(self) -> float:
        if self.samples:
            return self.offset_s + math.fsum(self.samples) / len(self.samples)
        return self.offset_s + math.exp(self.mu + self.sigma**2 / 2)

    def quantile(self, share: float) -> float:
        if self.samples:
            return self.offset_s + float(np.quantile(self.samples, share))
        return self.offset_s + math.exp(self.mu + self.sigma * NormalDist().inv_cdf(share))

    def scaled(self, factor: float) -> "Durations":
        """The same durations, each so many times as long."""
        samples = tuple(s * factor for s in self.samples)
        return Durations(samples, self.mu + math.log(factor), self.sigma, self.offset_s * factor)

    def later(self, seconds: float) -> "Durations":
        """The same durations, each longer by so many seconds."""
        return self._replace(offset_s=self.offset_s + seconds)

    def draws(self, rng: np.random.Generator) -> Iterator[float]:
        """Without end."""
        samples = np.array(self.samples)
        while True:
            drawn = rng.choice(samples, CHUNK) if self.samples else rng.lognormal(self.mu, self.sigma, CHUNK)
            yield from (drawn + self.offset_s).tolist()


def _pairs(text: str) -> list[tuple[str, str, str]]:
    return [pair.strip().partition("=") for pair in text.split(",")]


def _share(name: str) -> float:
    """p50 -> 0.5, p99.9 -> 0.999"""
    try:
        return float(name.removeprefix("p")) / 100
    except ValueError:
        raise DurationsError(f"{name!r} is no quantile; p50 and p99 are") from None


def _ms(text: str) -> float:
    try:
        return float(text) / 1000
    except ValueError:
        raise DurationsError(f"{text!r} is no number of milliseconds, no quantiles like p50=1,p99=4, no file") from None


def _column(path: Path, column: str) -> list[float]:
    """Milliseconds in a column of a CSV file with a head; the first column where none is named."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        names = rows.fieldnames or []
        column = column or (names[0] if names else "")
        if column not in names:
            raise DurationsError(f"{path} has no column {column!r}; it has {', '.join(names) or 'none'}")
        return [_cell(row[column], path, rows.line_num) for row in rows if row[column]]


def _cell(text: str, path: Path, line: int) -> float:
    try:
        return float(text) / 1000
    except ValueError:
        raise DurationsError(f"{path}, line {line}: {text!r} is no number of milliseconds") from None
