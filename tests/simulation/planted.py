"""Bugs that a simulation worth its name must find: each is the product with one rule taken out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from connector.delivery import SyncRun
from connector.ledger import RunLedger
from tests.simulation.faults import Faults
from tests.simulation.sender import Plants

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from connector.model.outcomes import Settled

TAKE_UP_AGAIN = "update {ledger}.sync_leases set expires_at = {lease_end} where sync_id = :sync_id and not ended"


class MarksAfterSending(RunLedger):
    """What goes out is marked by the write after it."""

    _late: list[Any]

    def record(self, settled: Sequence[Settled], marked: Sequence[Any], *, again: bool = False) -> None:
        late, self._late = getattr(self, "_late", []), list(marked)
        super().record(settled, late, again=again)


class NoFence(RunLedger):
    """Whether the lease is still there is not looked at."""

    def _renew(self, connection: Any) -> bool:
        super()._renew(connection)
        return True


class WritesTwice(RunLedger):
    """A write whose commit is unknown is simply made again."""

    def record(self, settled: Sequence[Settled], marked: Sequence[Any], *, again: bool = False) -> None:
        super().record(settled, marked)


class LosesASettle(RunLedger):
    """A write that is made again forgets what it had to settle."""

    def record(self, settled: Sequence[Settled], marked: Sequence[Any], *, again: bool = False) -> None:
        super().record([] if again else settled, marked, again=again)


class RenewsAnExpiredLease(RunLedger):
    """A lease that has run out is taken up again, unless another run has ended it."""

    def _renew(self, connection: Any) -> bool:
        sql = self._warehouse.queries.fill(TAKE_UP_AGAIN)
        lease = {"sync_id": self._run.sync_id, "ttl_s": self._run.lease_ttl_s}
        return super()._renew(connection) or connection.execute(text(sql), lease).rowcount == 1


class DropsAnswers(SyncRun):
    """Where the next batches cannot be read, what is in flight is given up."""

    async def run(self) -> Any:
        loop, read = asyncio.get_running_loop(), self._ledger.read

        def failing(batch_nos: range) -> Iterator[Any]:
            try:
                yield from read(batch_nos)
            except Exception:
                for task in asyncio.all_tasks(loop):
                    if task.get_coro().__qualname__.endswith(".deliver"):  # type: ignore[union-attr]
                        loop.call_soon_threadsafe(task.cancel)
                raise

        self._ledger.read = failing  # type: ignore[method-assign]
        return await super().run()


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A bug, the promise that it breaks, and the troubles that bring it to light."""

    plants: Plants
    breaks: tuple[str, ...]
    needs: tuple[str, ...]

    def likeliest_first(self, seeds: Iterable[int]) -> list[int]:
        """The seeds in the order in which to try them: much of what the bug needs, little of what ends a run before."""

        def promise(seed: int) -> float:
            rates = Faults.of_seed(seed).rates
            hindered = 2 * rates.get("crash", 0.0) + rates.get("database goes down", 0.0)
            return sum(rates.get(name, 0.0) for name in self.needs) - hindered

        return sorted(seeds, key=promise, reverse=True)


FREEZE, LOST_COMMIT = ("freeze",), ("commit's answer is lost",)
PLANTED = {
    "marks after sending": Planted(
        plants=Plants(ledger=MarksAfterSending), breaks=("sent before it was marked",), needs=FREEZE
    ),
    "no fence": Planted(
        plants=Plants(ledger=NoFence), breaks=("marked after its lease", "sent after its acceptance"), needs=FREEZE
    ),
    "an outcome written twice": Planted(
        plants=Plants(ledger=WritesTwice), breaks=("settled twice",), needs=LOST_COMMIT
    ),
    "a lost settle": Planted(
        plants=Plants(ledger=LosesASettle), breaks=("unproven", "heard and not written"), needs=("commit fails",)
    ),
    "an expired lease renewed": Planted(
        plants=Plants(ledger=RenewsAnExpiredLease), breaks=("marked after its lease",), needs=FREEZE
    ),
    "answers dropped when preparing fails": Planted(
        plants=Plants(run=DropsAnswers), breaks=("given up", "heard and not written"), needs=("read fails",)
    ),
}
