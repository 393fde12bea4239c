"""What the rounds of one server gave, and the figures a table is made of."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.bench.load import Measured


@dataclass(frozen=True)
class Round:
    """One run of load against one server."""

    measured: Measured
    server_ms: float
    database_ms: float
    others: float  # the share of the machine that nobody of the contest used


@dataclass
class Series:
    """All rounds of one server, at one number of connections."""

    rounds: list[Round] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(one.measured.per_second for one in self.rounds)

    @property
    def latency(self) -> float:
        return statistics.median(one.measured.median_ms for one in self.rounds)

    @property
    def spread(self) -> float:
        """Half the distance from the slowest to the fastest round, as a share of the median."""
        rates = [one.measured.per_second for one in self.rounds]
        return (max(rates) - min(rates)) / 2 / self.rate

    @property
    def server_ms(self) -> float:
        return statistics.mean(one.server_ms for one in self.rounds)

    @property
    def database_ms(self) -> float:
        return statistics.mean(one.database_ms for one in self.rounds)

    @property
    def failures(self) -> str:
        return "; ".join(
            sorted({one.measured.failures for one in self.rounds if one.measured.failures})
        )


# By contender, by server (floor or parvis), by number of connections.
Results = Mapping[tuple[str, str, int], Series]
