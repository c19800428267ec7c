"""The whole dbt project, as it was shipped, over a small shop: built, sent, built again, and reconciled."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from connector import app
from connector.acceptance.dbt import build
from connector.acceptance.findings import Finding, failed, passed, untried
from connector.acceptance.raw import FIELDS, add_rows, customer_id, load_shop, shop, vectors
from connector.acceptance.receiver import receiving
from connector.errors import ConnectorError, Unproven
from connector.model.money import money_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.acceptance.receiver import Receiver
    from connector.acceptance.trial import Trial
    from connector.settings import Settings

AREA = "project"


def check_project(trial: Trial) -> Iterator[Finding]:
    """Raw rows, a build, a sync, later rows, a second build; then the account must close. What follows a step that
    failed stands on it, and is not tried."""
    if trial.is_stand_in:
        yield untried(AREA, "build and reconcile", "the stand-in has no temporary tables, which dbt needs.")
        return
    with receiving() as receiver:
        settings = trial.sending(receiver.base_url)
        shopping = Shopping(trial=trial, settings=settings, receiver=receiver, found=shop(), now=_now())
        steps = iter(shopping.steps())
        for name, step in steps:
            try:
                yield passed(AREA, name, step())
            except ConnectorError as error:
                yield failed(AREA, name, str(error))
                break
        for name, _ in steps:
            yield untried(AREA, name, "it depends on a step that failed.")


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopping:
    """The steps over one shop. Each says in words what it saw, or raises ConnectorError."""

    trial: Trial
    settings: Settings
    receiver: Receiver
    found: dict[str, Any]
    now: datetime

    def steps(self) -> list[tuple[str, Any]]:
        return [
            ("raw tables and ledger", self.load),
            ("first build", lambda: build(self.trial, self.settings, tested=False)),
            ("identifiers", self.identify),
            ("first sync", self.sync),
            ("later rows", self.add_later),
            ("second build", lambda: build(self.trial, self.settings, tested=self.trial.data_tests)),
            ("reconciliation", self.reconcile),
            ("every conversion", self.stand),
        ]

    def load(self) -> str:
        with app.opened(self.settings) as warehouse:
            load_shop(warehouse, self.trial.scratch.raw, self.found, now=self.now)
        app.initialise(self.settings)
        return f"{len(self.found['tables'])} raw tables loaded, ledger created."

    def identify(self) -> str:
        """Every vector that comes with the package against what the warehouse made of it, byte for byte."""
        asked = vectors(self.trial.engine)
        relation = f"{self.trial.scratch.intermediate}.int_known_identities"
        columns = ", ".join(name if name != "external_id" else "external_id_2" for name in FIELDS)
        with app.opened(self.settings) as warehouse, warehouse.transaction() as connection:
            rows = connection.execute(text(f"select identity_id, {columns} from {relation}"))  # noqa: S608 - our own
            hashes = {row[0]: dict(zip(FIELDS, row[1:], strict=True)) for row in rows}
        wrong = [
            (number + 1, vector)
            for number, vector in enumerate(asked)
            if hashes.get(f"customer:{customer_id(number)}", {}).get(vector.key) != vector.hash
        ]
        if wrong:
            told = ", ".join(f"{number} ({vector.key})" for number, vector in wrong[:20])
            raise Unproven(f"{len(wrong):,} of {len(asked):,} hashes differ from the package's. By line: {told}.")
        return f"all {len(asked):,} hashes match the package's, byte for byte."

    def sync(self) -> str:
        report = app.sync(self.settings)
        if report.reason == "stopped":
            raise KeyboardInterrupt
        report.raise_if_failed()
        received = self.receiver.received
        if len(set(received)) != len(received) or len(received) != report.claimed:
            raise Unproven(
                f"{report.claimed} conversions were claimed and {len(received)} events came, {len(set(received))} of "
                "them different ones."
            )
        return (
            f"{len(received)} events sent to a server in this process, each received exactly once and with one outcome "
            "in the ledger."
        )

    def add_later(self) -> str:
        with app.opened(self.settings) as warehouse:
            for table, rows in self.found["later"].items():
                relation = f"{self.trial.scratch.raw}.{table}"
                add_rows(warehouse, relation, self.found["tables"][table], rows, now=self.now)
        return "one order and one refund added."

    def reconcile(self) -> str:
        app.prove(self.settings)
        if not app.report(self.settings).is_tied:
            raise Unproven("the waterfall does not add up: some money has no reason.")
        return "every unit of money is explained: unexplained 0.00."

    def stand(self) -> str:
        """Events and money by standing, as the package holds them."""
        amounts = {name: amount for name, amount in app.status(self.settings).items() if amount.events}
        found = {name: [amount.events, money_text(amount.money)] for name, amount in amounts.items()}
        expected = self.found["standing"]
        if found != expected:
            raise Unproven(f"the shop stands at {json.dumps(found)}, and should at {json.dumps(expected)}.")
        told = ", ".join(f"{events} {name}" for name, (events, _) in found.items())
        return f"{told}, with the expected money."
