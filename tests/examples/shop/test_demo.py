"""`make demo`, end to end: one real Airflow, one real sandbox, one real warehouse."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from examples.shop.demo.airflow import RUNNER, exit_code
from examples.shop.demo.processes import ChildProcess
from tests.support.forms import EVERYTHING

pytestmark = pytest.mark.timeout(900)  # whole runs of Airflow, each step with a patience of its own

DEMO = [sys.executable, "-m", "examples.shop", "run"]
TIMEOUT_S = 600


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person saw, and where it happened."""

    exit_code: int
    text: str
    folder: Path

    def ask(self, command: str) -> dict[str, Any]:
        """A command as the demo suggests it: with its environment sourced."""
        script = f". '{self.folder}/environment.sh' && {command}"
        answer = subprocess.run(
            ["/bin/sh", "-c", script], capture_output=True, text=True, timeout=TIMEOUT_S, check=True
        )
        return json.loads(answer.stdout)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("demo") / "work"
    run = subprocess.run(
        [*DEMO, "--events", "2000", "--work-folder", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
        check=False,  # the first test judges
    )
    return Shown(run.returncode, run.stdout, folder)


def test_the_demo_ends_well_and_explains_all_money(shown: Shown) -> None:
    assert shown.exit_code == 0, shown.text
    assert re.search(r"unexplained\D*\b0\.00\b", shown.text)


def test_both_sides_agree_after_both_syncs(shown: Shown) -> None:
    counts = [
        (int(ledger.replace(",", "")), int(meta.replace(",", "")))
        for ledger, meta in re.findall(r"([\d,]+) accepted by the ledger, ([\d,]+) events at Meta", shown.text)
    ]
    assert len(counts) == 2
    assert all(ledger == meta > 0 for ledger, meta in counts)


def test_the_local_meta_recognizes_most_of_the_people_and_not_all(shown: Shown) -> None:
    said = re.findall(r"recognized somebody in ([\d,]+) of ([\d,]+) events", shown.text)
    shares = [int(known.replace(",", "")) / int(all_of_them.replace(",", "")) for known, all_of_them in said]
    assert len(shares) == 2
    assert all(0.8 < share < 0.99 for share in shares)


def test_the_second_sync_sends_only_what_is_new(shown: Shown) -> None:
    new, before = (
        int(number.replace(",", ""))
        for number in re.search(r"the new ones were sent: ([\d,]+) events, beside ([\d,]+)", shown.text).groups()  # type: ignore[union-attr]
    )
    assert 0 < new < before
    assert shown.ask("connector status --json")["accepted"] == new + before


def test_it_was_airflow_that_ran_every_task_of_both_dags(shown: Shown) -> None:
    sync = {"prepare_ledger", "build_conversions", "plan", "sync", "note_ledger", "prove"}
    reconcile = {"pull", "build_reconciliation", "prove", "report"}
    for run, tasks in (("first-run", sync), ("later-run", sync), ("reconciliation", reconcile)):
        log = (shown.folder / "logs" / f"{run}.log").read_text()
        assert set(re.findall(r"\[DAG TEST\] end task task_id=(\w+)", log)) == tasks
        assert "state=success" in log


def test_meta_was_asked_for_its_own_figures_and_agrees(shown: Shown) -> None:
    assert re.search(r"([\d,]+) events received by Meta's own count, as many as the \1 accepted", shown.text)
    assert "attributed to ads" in shown.text


def test_the_page_is_written_for_the_browser(shown: Shown) -> None:
    assert "Content-Security-Policy" in (shown.folder / "report.html").read_text()
    assert "report.html" in shown.text


def test_neither_the_token_nor_a_person_stands_in_any_log(shown: Shown) -> None:
    for log in (shown.folder / "logs").iterdir():
        text = log.read_text()
        assert "made-up-token" not in text
        assert "@" not in re.sub(r"DagRun conversions_\w+ @ ", "", text)
    assert "made-up-token" not in shown.text
    assert b"made-up-token" not in (shown.folder / "airflow" / "airflow.db").read_bytes()


def test_every_command_that_the_demo_suggests_to_try_works(shown: Shown) -> None:
    source, *commands = re.findall(r"^  (\S.*?)  # ", shown.text.partition("Try next:")[2], re.MULTILINE)
    assert source == f"source {shown.folder / 'environment.sh'}"
    accepted = shown.ask("connector status --json")["accepted"]
    *beside, last = [command for command in commands if command != "python -m examples.shop sandbox"]
    assert {"connector status", "connector sync"} <= set(beside)
    with terminal(source, "python -m examples.shop sandbox") as local_meta:
        assert local_meta.stdout is not None
        assert f"knows the {accepted:,} events" in local_meta.stdout.readline()
        for command in beside:
            run_in_terminal(source, command)
        local_meta.send_signal(signal.SIGINT)
        assert local_meta.wait(TIMEOUT_S) == 0
    assert last == "python -m examples.shop more"


@pytest.mark.skipif(not EVERYTHING, reason="a second whole run of the demo: make faults has it")
def test_the_demo_goes_on_with_more_and_the_local_meta_remembers(shown: Shown) -> None:
    accepted = shown.ask("connector status --json")["accepted"]
    source = f"source {shown.folder / 'environment.sh'}"
    told = run_in_terminal(source, "python -m examples.shop more")
    assert f"The local Meta again, with what it had accepted: {accepted:,} events" in told
    assert re.search(r"([\d,]+) events received by Meta's own count, as many as the \1 accepted", told)
    assert shown.ask("connector status --json")["accepted"] > accepted


def terminal(*commands: str) -> subprocess.Popen[str]:
    """A shell of its own, in which the last command takes the place of the shell."""
    *first, last = commands
    script = " && ".join([*first, f"exec {last}"])
    return subprocess.Popen(
        ["/bin/bash", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=hear_interrupts,  # noqa: PLW1509 - no thread runs beside it
    )


def run_in_terminal(*commands: str) -> str:
    """What the commands print. They must go well."""
    with terminal(*commands) as process:
        text, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0, text
    return text


def test_nothing_of_the_demo_runs_on(shown: Shown) -> None:
    assert running_in(shown.folder) == []


def test_commands_of_airflow_run_one_after_the_other_in_one_process(tmp_path: Path) -> None:
    environment = {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    with ChildProcess(RUNNER, log=tmp_path / "airflow.log", environment=environment, stdin=True) as child:
        codes = []
        for number, words in enumerate((["version"], ["no-such-command"], ["dags", "test", "no_such_dag"])):
            log = tmp_path / f"{number}.log"
            log.touch()
            child.write_line(json.dumps({"words": words, "log": str(log)}))
            codes.append(exit_code(child.lines(log)))
    assert codes[0] == 0
    assert codes[1] == 2
    assert codes[2] != 0
    assert re.search(r"^3\.", (tmp_path / "0.log").read_text(), re.MULTILINE)


def test_a_demo_that_is_interrupted_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    with subprocess.Popen(
        [*DEMO, "--events", "100", "--work-folder", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,  # noqa: PLW1509 - no thread runs beside it
    ) as run:
        assert run.stdout is not None
        assert "raw tables" in run.stdout.readline()  # Airflow's database is being made meanwhile
        assert running_in(folder) != []
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=TIMEOUT_S)
    assert run.returncode != 0
    assert running_in(folder) == []


def hear_interrupts() -> None:
    """What is started in the backworkspace by a shell ignores Ctrl-C, and so do its children, unless told otherwise."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def running_in(folder: Path) -> list[bytes]:
    """The command lines of living processes whose environment names the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes())
        except OSError:
            continue  # it ended meanwhile, or is not ours to look at
    return found
