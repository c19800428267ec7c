"""The demo: the whole path on a made-up shop and a local Meta, by a real Airflow run."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from connector import app
from connector.cli.render import status_json
from connector.errors import Unproven, UsageError
from connector.report import plain, render
from connector.settings import Settings
from examples.shop.data import build_more, build_shop
from examples.shop.data.known import known_people
from examples.shop.demo.airflow import Airflow, AirflowProcess, RunFailed
from examples.shop.demo.processes import ending_with_us
from examples.shop.demo.sandbox import Sandbox, pixel_copies, running
from examples.shop.demo.steps import Steps
from examples.shop.demo.workspace import CHECKOUT, DATASET_ID, Ground, Remembered, only
from examples.shop.loading import load_raw

DAYS = 14
SEED = 7


def demo(
    *,
    events: Annotated[int, typer.Option(min=100, help="How many web orders a new shop has.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed makes another new shop.")] = SEED,
    more: Annotated[bool, typer.Option("--more", help="Add rows to the last demo and sync those.")] = False,
    work_folder: Annotated[Path, typer.Option(help="Where it keeps its files.")] = CHECKOUT / ".work" / "demo",
    as_json: Annotated[bool, typer.Option("--json", help="Tell the end as JSON.")] = False,
) -> None:
    """Show the whole path: a made-up shop, dbt, a sync to a local Meta, the reconciliation; all run by Airflow."""
    if not (CHECKOUT / "dags").is_dir() or not (CHECKOUT / "dbt_project").is_dir():
        raise UsageError("the demo runs dags/ and dbt_project/ of a checkout: clone the repository and say make demo.")
    console = Console(stderr=as_json)
    ground = Ground(work_folder.resolve())
    with ground.held(), ending_with_us():
        remembered = ground.recall() if more else ground.clear(events=events, seed=seed)
        with only(ground.settings(remembered.port)):
            steps, settings = Steps(console), Settings.load()
            with Airflow(ground).started() as airflow:
                show = Demo(ground, remembered, settings, steps, airflow)
                try:
                    told = show.add_rows() if more else show.from_nothing()
                except RunFailed as failure:
                    console.print("\n".join(failure.tail), style="dim", markup=False, highlight=False, soft_wrap=True)
                    raise
        ground.write_environment(remembered.port)
        if as_json:
            typer.echo(json.dumps(told))
        else:
            say_goodbye(console, ground, steps.elapsed_s)


@dataclass(slots=True)
class Demo:
    """One demonstration; its steps in the order in which a person sees them."""

    ground: Ground
    remembered: Remembered
    settings: Settings
    steps: Steps
    airflow: AirflowProcess

    def from_nothing(self) -> dict[str, Any]:
        """A new shop, its first sync, and a second one for what came later."""
        be_ready = self.airflow.make_database()
        with self.steps.step("A made-up shop, as raw tables in DuckDB") as step:
            shop = build_shop(orders=self.remembered.events, days=DAYS, seed=self.remembered.seed, now=self._now())
            rows = load_raw(self.settings, shop, replace=True)
            step.result = f"{rows['orders']:,} web orders of {DAYS} days, {sum(rows.values()):,} rows"
        with running(self.remembered.port, log=self.ground.logs / "sandbox.log") as sandbox:
            self._tell_meta(sandbox, shop)
            with self.steps.step("An Airflow of its own"):
                be_ready()
            self._sync("first-run", sandbox, accepted_before=0)
            return self._later(sandbox, before=sandbox.summary())

    def add_rows(self) -> dict[str, Any]:
        """Late and new rows for the demo that is there. Its sandbox has forgotten what it saw, the ledger has not."""
        with running(self.remembered.port, log=self.ground.logs / "sandbox.log") as sandbox:
            return self._later(sandbox, before=sandbox.summary())

    def _later(self, sandbox: Sandbox, *, before: dict[str, Any]) -> dict[str, Any]:
        round_no = self.remembered.rounds + 1
        accepted_before = app.status(self.settings)["accepted"].events
        with self.steps.step("Later: new, late and back-dated rows") as step:
            shop = build_more(
                shop_orders=self.remembered.events,
                days=DAYS,
                seed=self.remembered.seed,
                now=self._now(),
                round_no=round_no,
            )
            rows = load_raw(self.settings, shop, replace=False)
            self.remembered = self.ground.remember(replace(self.remembered, rounds=round_no))
            step.result = f"{rows['orders']:,} more web orders, {sum(rows.values()):,} rows"
        self._tell_meta(sandbox, shop)
        told = self._sync("later-run", sandbox, accepted_before=accepted_before - before["distinct_accepted"])
        new = told["sandbox"]["events_received"] - before["events_received"]
        self._say(
            f"Only the new ones went: {new:,} events, beside {accepted_before:,} accepted before; none went twice."
        )
        self._run_dag("conversions_reconcile", "reconciliation")
        self._show_report()
        if not app.report(self.settings).is_tied:
            raise Unproven("not every conversion has its place in the waterfall: connector report shows where.")
        self._say("unexplained 0.00 in every currency")
        return told

    def _tell_meta(self, sandbox: Sandbox, shop: dict[str, Any]) -> None:
        with self.steps.step("A local Meta, told of what the browsers' pixel sent and of most of the people") as step:
            copies = pixel_copies(shop, DATASET_ID)
            sandbox.send_pixel(copies)
            addresses = sandbox.tell_people(known_people(shop))
            step.result = f"{len(copies):,} events, {addresses:,} addresses that it knows"

    def _run_dag(self, dag_id: str, name: str) -> None:
        with self.steps.step(f"Airflow runs {dag_id}") as step:
            step.now("starting")
            self.airflow.run(dag_id, name, begins=step.now, ends=step.part)

    def _sync(self, name: str, sandbox: Sandbox, *, accepted_before: int) -> dict[str, Any]:
        self._run_dag("conversions_sync", name)
        with self.steps.step("Both sides agree") as step:
            status = app.status(self.settings)
            accepted = status["accepted"].events - accepted_before
            seen = sandbox.summary()
            check_both_sides(accepted=accepted, seen=seen)
            step.result = (
                f"{accepted:,} accepted by the ledger, {seen['distinct_accepted']:,} events at Meta, none twice"
            )
        matched = sum(each["matched"] for each in seen["events"].values())
        self._say(f"Meta recognized somebody in {matched:,} of {seen['events_received']:,} events.")
        return {"status": status_json(status), "sandbox": seen, "warehouse": str(self.ground.warehouse)}

    def _say(self, line: str) -> None:
        self.steps.console.print(f"    {line}", markup=False, highlight=False, soft_wrap=True)

    def _show_report(self) -> None:
        found = app.report(self.settings)
        if self.steps.console.is_terminal:
            self.steps.console.print(render(found))
        else:
            self.steps.console.print(plain(found), markup=False, highlight=False, soft_wrap=True)

    @staticmethod
    def _now() -> datetime:
        return datetime.now(UTC)


def check_both_sides(*, accepted: int, seen: dict[str, Any]) -> None:
    """What the ledger holds as accepted is what the sandbox took in, each once. Raises Unproven."""
    if seen["distinct_accepted"] != accepted:
        raise Unproven(f"the ledger says {accepted} accepted, the sandbox took in {seen['distinct_accepted']}")
    if seen["received_twice"]:
        raise Unproven(f"the sandbox was sent {seen['received_twice']} events more than once")


def say_goodbye(console: Console, ground: Ground, seconds: float) -> None:
    """Where things are, and what to try next."""
    console.print(f"\nDone in {seconds:.0f} s. The warehouse is a DuckDB file: {ground.warehouse}", soft_wrap=True)
    console.print(f"The same as a page, for a browser: {ground.page}", soft_wrap=True)
    console.print("Try next:", soft_wrap=True)
    for command, why in (
        (f"source {ground.environment_file}", "so that the commands find it"),
        ("connector status", "what became of everything, in events and money"),
        ("connector plan --show 3", "what a sync would send now, to the letter"),
        ("python -m examples.shop --more", "more rows come in, only those are sent"),
    ):
        console.print(f"  {command}  [dim]# {why}[/]", highlight=False, soft_wrap=True)
