"""One sync run in one process, composed as `connector.app.sending` composes it, from the same parts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import SecretStr

from connector.delivery import RunConfig, RunReport, SyncRun
from connector.destinations.meta.client import Client
from connector.destinations.meta.destination import MetaDestination
from connector.errors import ConnectorError, LeaseLost
from connector.ledger import (
    LIVE,
    RunIdentity,
    RunLedger,
    read_vanished_keys,
    record_new_sources,
    refuse_new_ids,
    report_expired,
)
from connector.ledger.runs import RUNS_OF_THIS_PROCESS
from connector.model.stop_reasons import StopReason
from tests.simulation.meta import TIMEOUT_S, Line
from tests.simulation.scheduler import Killed
from tests.support.shops import DATASET

if TYPE_CHECKING:
    from connector.delivery import RunResult
    from tests.simulation.machine import Machine

TTL_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The settings of one sender."""

    batch_size: int = 2
    concurrency: int = 2
    senders: int = 1
    max_seconds: float | None = None
    stops_after_s: float | None = None


@dataclass
class Sender:
    """A sync. `ended` is the reason of its report or the error it ended with; None while it lives, and if killed."""

    machine: Machine
    sync_id: str
    terms: Terms
    ended: str | None = None
    report: RunReport | None = None
    surprise: BaseException | None = None

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        return self.machine.world.database.warehouse.dialect.errors

    def start(self) -> None:
        self.machine.start(self._sync)

    def _sync(self) -> None:
        try:
            self.report = self._run()
            self.ended = self.report.reason
        except (ConnectorError, *self._errors) as error:  # what the command line turns into an exit code
            self.ended = f"{type(error).__name__}: {error}"[:300]
        except Killed:
            raise
        except BaseException as error:  # a traceback in front of a person
            self.ended, self.surprise = type(error).__name__, error
        self.machine.world.trace(self.machine.name, f"ended: {self.ended}")
        self.machine.world.gone(self.machine)

    def _run(self) -> RunReport:
        warehouse, machine = self.machine.world.database.warehouse, self.machine
        warehouse.has_conversions = None  # a process opens a warehouse of its own, and remembers nothing of it
        refuse_new_ids(warehouse, read_vanished_keys(warehouse, now=self._now()))
        record_new_sources(warehouse)
        run = RunIdentity(sync_id=self.sync_id, mode=LIVE, destination_host="meta.example", lease_ttl_s=TTL_S)
        ledger = machine.world.plants.ledger.begin(warehouse, run)
        RUNS_OF_THIS_PROCESS.discard(self.sync_id)  # each stands for a process of its own
        started = machine.monotonic()
        try:
            config = RunConfig(
                concurrency=self.terms.concurrency,
                resend_unconfirmed=True,
                default_dataset=DATASET,
                request_timeout_s=TIMEOUT_S,
                lease_ttl_s=TTL_S,
                senders=self.terms.senders,
                max_seconds=self.terms.max_seconds,
                datasets_to_probe=ledger.datasets_to_probe,
            )
            machine.is_sending = True
            result = machine.loop.run(self._send(ledger, config))
            machine.is_sending = False
            tally = ledger.tally()
            reason = str(result.proven_reason(tally))
            expired = report_expired(warehouse, self.sync_id, now=self._now())
            ledger.end(reason=reason, tally=tally, requests=result.requests, datasets_to_probe=result.datasets_to_probe)
        except LeaseLost:
            raise
        except BaseException:
            with suppress(Exception):
                ledger.end(reason=str(StopReason.FAILED), tally=ledger.tally(), requests=None)
            raise
        return RunReport.of(
            result,
            tally,
            sync_id=self.sync_id,
            mode=LIVE,
            duration_s=machine.monotonic() - started,
            expired=expired,
        )

    async def _send(self, ledger: Any, config: RunConfig) -> RunResult:
        async with httpx.AsyncClient(
            transport=Line(self.machine, self.sync_id), timeout=TIMEOUT_S, trust_env=False
        ) as http:
            client = Client(
                http,
                base_url="https://meta.example",
                api_version="v24.0",
                token=SecretStr("made-up"),
                app_secret=None,
                test_event_code=None,
            )
            destination = MetaDestination(client, batch_size=self.terms.batch_size)
            sync_run = self.machine.world.plants.run(
                ledger, destination, config, now=self.machine.wall, monotonic=self.machine.monotonic
            )
            if self.terms.stops_after_s is not None:
                self.machine.loop.call_later(self.terms.stops_after_s, sync_run.stop)
            result: RunResult = await sync_run.run()
            return result

    def _now(self) -> Any:
        return self.machine.wall().replace(tzinfo=None)


@dataclass(frozen=True)
class Plants:
    """The classes that a sender is made of: the product's own, or one with a bug planted in it."""

    ledger: Any = RunLedger
    run: Any = SyncRun
