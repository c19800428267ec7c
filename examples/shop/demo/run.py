"""The demo: the whole path on a made-up shop and a local Meta, by a real Airflow run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from connector import app
from connector.errors import ConnectorError, Unproven, UsageError
from connector.settings import Settings
from examples.shop.data import build_more, build_shop, with_details
from examples.shop.data.known import known_people
from examples.shop.demo.airflow import Airflow, AirflowProcess, RunFailed
from examples.shop.demo.memory import restore
from examples.shop.demo.processes import exit_on_signals
from examples.shop.demo.sandbox import Sandbox, pixel_copies, running
from examples.shop.demo.steps import Steps
from examples.shop.demo.workspace import (
    CHECKOUT,
    DATASET_ID,
    FOLDER_VARIABLE,
    DemoState,
    Workspace,
    only_these_settings,
)
from examples.shop.loading import load_raw

if TYPE_CHECKING:
    import pyarrow as pa

DAYS = 14
SEED = 7

Folder = Annotated[Path, typer.Option("--work-folder", envvar=FOLDER_VARIABLE, help="Where the demo keeps its files.")]
DEFAULT_FOLDER = CHECKOUT / ".work" / "demo"


def run(
    *,
    events: Annotated[int, typer.Option(min=100, help="How many web orders the shop has.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed makes another shop.")] = SEED,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """A new shop, dbt, two syncs to a local Meta, the reconciliation; all run by Airflow."""
    workspace = Workspace(folder.resolve())
    with workspace.locked(), exit_on_signals():
        _show(workspace, workspace.reset(events=events, seed=seed), Demo.from_nothing)


def more(*, folder: Folder = DEFAULT_FOLDER) -> None:
    """Add new, late and back-dated rows to the last demo, and sync those."""
    workspace = Workspace(folder.resolve())
    with workspace.locked(), exit_on_signals():
        _show(workspace, workspace.load(), Demo.add_rows)


def sandbox(*, folder: Folder = DEFAULT_FOLDER) -> None:
    """Start the last demo's local Meta again, on its port, with the events that it had accepted. Ends with Ctrl-C."""
    workspace = Workspace(folder.resolve())
    state = workspace.load()
    if Sandbox(state.port).is_up():
        raise UsageError(f"the demo's local Meta is running already: http://127.0.0.1:{state.port}")
    with (
        exit_on_signals(),
        only_these_settings(workspace.settings(state.port)),
        running(state.port, log=workspace.logs / "sandbox.log") as local_meta,
    ):
        with workspace.locked():
            restored = restore(local_meta, workspace.warehouse, Settings.load())
        typer.echo(f"http://127.0.0.1:{state.port} knows the {restored:,} events that it had accepted; Ctrl-C ends it")
        with suppress(KeyboardInterrupt):
            local_meta.wait()


def _show(workspace: Workspace, state: DemoState, steps_of: Callable[[Demo], None]) -> None:
    console = Console()
    steps = Steps(console)
    with only_these_settings(workspace.settings(state.port)), Airflow(workspace).started() as airflow:
        try:
            steps_of(Demo(workspace, state, Settings.load(), steps, airflow))
        except RunFailed as failure:
            console.print("\n".join(failure.tail), style="dim", markup=False, highlight=False, soft_wrap=True)
            raise
    workspace.write_environment(state.port)
    say_what_to_try(console, workspace, steps.elapsed_s)


@dataclass(slots=True)
class Demo:
    """One demonstration; its steps in the order in which a person sees them."""

    workspace: Workspace
    state: DemoState
    settings: Settings
    steps: Steps
    airflow: AirflowProcess

    def from_nothing(self) -> None:
        """A new shop, its first sync, and a second one for what came later."""
        wait_until_ready = self.airflow.make_database()
        with self.steps.step("A made-up shop, as raw tables in DuckDB") as step:
            shop = build_shop(orders=self.state.events, days=DAYS, seed=self.state.seed, now=self._now())
            rows = load_raw(self.settings, with_details(shop, seed=self.state.seed), replace=True)
            step.result = f"{rows['orders']:,} web orders of {DAYS} days, {sum(rows.values()):,} rows"
        with self._sandbox() as local_meta:
            self._tell_meta(local_meta, shop)
            with self.steps.step("An Airflow of its own"):
                wait_until_ready()
            self._sync("first-run", local_meta, not_restored=0)
            self._later(local_meta, not_restored=0)

    def add_rows(self) -> None:
        """Late and new rows for the demo that is there."""
        with self._sandbox() as local_meta:
            if local_meta.is_ours:
                with self.steps.step("The local Meta again, with what it had accepted") as step:
                    step.result = f"{restore(local_meta, self.workspace.warehouse, self.settings):,} events"
            accepted = app.status(self.settings)["accepted"].events
            self._later(local_meta, not_restored=accepted - local_meta.summary()["distinct_accepted"])

    def _later(self, local_meta: Sandbox, *, not_restored: int) -> None:
        accepted_before = app.status(self.settings)["accepted"].events
        received_before = local_meta.summary()["events_received"]
        with self.steps.step("Later: new, late and back-dated rows") as step:
            round_no = self.state.rounds + 1
            shop = build_more(
                shop_orders=self.state.events, days=DAYS, seed=self.state.seed, now=self._now(), round_no=round_no
            )
            rows = load_raw(self.settings, with_details(shop, seed=self.state.seed + round_no), replace=False)
            self.state = self.workspace.save(replace(self.state, rounds=round_no))
            step.result = f"{rows['orders']:,} more web orders, {sum(rows.values()):,} rows"
        self._tell_meta(local_meta, shop)
        self._sync("later-run", local_meta, not_restored=not_restored)
        new = local_meta.summary()["events_received"] - received_before
        self._say(
            f"Only the new ones were sent: {new:,} events, beside {accepted_before:,} accepted before; none went twice."
        )
        self._run_dag("conversions_reconcile", "reconciliation")
        self._show_report()

    def _sandbox(self) -> AbstractContextManager[Sandbox]:
        return running(self.state.port, log=self.workspace.logs / "sandbox.log")

    def _tell_meta(self, local_meta: Sandbox, shop: Mapping[str, pa.Table]) -> None:
        with self.steps.step("A local Meta, with the pixel's events and most of the people") as step:
            copies = pixel_copies(shop, DATASET_ID)
            local_meta.send_pixel(copies)
            addresses = local_meta.tell_people(known_people(shop))
            step.result = f"{len(copies):,} events, {addresses:,} addresses that it knows"

    def _run_dag(self, dag_id: str, name: str) -> None:
        with self.steps.step(f"Airflow runs {dag_id}") as step:
            step.now("starting")
            self.airflow.run(dag_id, name, begins=step.now, ends=step.part)

    def _sync(self, name: str, local_meta: Sandbox, *, not_restored: int) -> None:
        self._run_dag("conversions_sync", name)
        with self.steps.step("Both sides agree") as step:
            amounts = app.status(self.settings)
            accepted, unconfirmed = amounts["accepted"].events - not_restored, amounts["unconfirmed"].events
            seen = local_meta.summary()
            check_both_sides(
                accepted=accepted, unconfirmed=unconfirmed, seen=seen, log=self.workspace.logs / f"{name}.log"
            )
            step.result = (
                f"{accepted:,} accepted by the ledger, {seen['distinct_accepted']:,} events at Meta, none twice"
            )
        matched = sum(each["matched"] for each in seen["events"].values())
        self._say(f"Meta recognized somebody in {matched:,} of {seen['events_received']:,} events.")

    def _say(self, line: str) -> None:
        self.steps.console.print(f"    {line}", markup=False, highlight=False, soft_wrap=True)

    def _show_report(self) -> None:
        """As a person asks for it. Raises Unproven where money is unexplained."""
        self.steps.console.file.flush()
        if subprocess.run([sys.executable, "-m", "connector", "report"], check=False).returncode != 0:
            raise Unproven("not every conversion has its place in the waterfall: connector report shows where.")

    @staticmethod
    def _now() -> datetime:
        return datetime.now(UTC)


def check_both_sides(*, accepted: int, unconfirmed: int, seen: dict[str, Any], log: Path) -> None:
    """What the ledger holds as accepted is what the sandbox took in, each once.

    Raises ConnectorError where the rest went in requests without an answer, else Unproven.
    """
    if 0 < seen["distinct_accepted"] - accepted <= unconfirmed:
        raise ConnectorError(
            f"the requests of {unconfirmed:,} events got no answer in time (a slow machine): the ledger has them as "
            f"unconfirmed, and nothing is lost. Run the demo again, or a smaller one (--events 300). The log is {log}"
        )
    if seen["distinct_accepted"] != accepted:
        raise Unproven(f"the ledger says {accepted} accepted, the sandbox took in {seen['distinct_accepted']}")
    if seen["received_twice"]:
        raise Unproven(f"the sandbox was sent {seen['received_twice']} events more than once")


def say_what_to_try(console: Console, workspace: Workspace, seconds: float) -> None:
    """Where things are, and what to try next. Each command is run by a test."""
    console.print(f"\nDone in {seconds:.0f} s. The warehouse is a DuckDB file: {workspace.warehouse}", soft_wrap=True)
    console.print(f"The same as a page, for a browser: {workspace.page}", soft_wrap=True)
    console.print("Try next:", soft_wrap=True)
    for command, why in (
        (f"source {workspace.environment_file}", "so that the commands find it; once in each terminal"),
        ("connector status", "what became of everything, in events and money"),
        ("connector report", "what Meta was told of our sales"),
        (
            "python -m examples.shop sandbox",
            "in another terminal: the local Meta again, with what it had accepted",
        ),
        ("connector doctor", "whether a sync could go: token, dataset, clock, ledger"),
        ("connector plan", "what a sync would send now, and why the rest is not sent"),
        ("connector sync", "nothing is owed, so nothing is sent"),
        ("python -m examples.shop more", "more rows come in, only those are sent"),
    ):
        console.print(f"  {command}  [dim]# {why}[/]", highlight=False, soft_wrap=True)
