"""What README.md, its neighbours and docs/ tell people to type, name and follow is really there.

Nothing heavy is run here: commands are parsed by the real command lines, names are looked up. Executed elsewhere:

- `make demo`: tests/examples/shop/test_demo.py; `make test` and `make lint`: .ci/run
- init, plan, sync, status, why, replay, doctor, report: tests/integration/sync; pull: tests/integration/pull
- sandbox, with curl and with the official SDK: tests/contract/sandbox
- dbt build with these selections: tests/contract/dbt, tests/contract/reconciliation and the demo; what
  docs/your-own-sources.md spells out is built from its own text by tests/contract/dbt/test_your_own_sources.py, and the
  recipes from theirs by test_recipes.py beside it
- the DAGs, their parameters, connections and assets: tests/integration/airflow and tests/dags; airflow's own commands
  are parsed by tests/dags/test_docs_for_airflow.py

Executed by nobody: pip, openssl and SQL for Snowflake.
"""

from __future__ import annotations

import ast
import csv
import os
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import click
import duckdb
import pytest
import sqlglot
import typer
import yaml

from connector.airflow.deployment import OPTIONS
from connector.cli.commands import command_line
from connector.destinations.meta.destination import MetaDestination
from connector.insight.status import FIGURES
from connector.model.outcomes import Outcome
from connector.model.standing import Standing
from connector.model.stop_reasons import StopReason
from connector.settings import PREFIX, Settings
from tests.support.docs_texts import COMMANDS, FENCE, PAGES, TEXTS, blocks, first_words, inline, named, told

ROOT = Path(__file__).parents[2]
DBT = ROOT / "dbt_project"
PACKAGE = "meta_conversions"
MODELS = {path.stem for folder in ("models", "seeds") for path in (DBT / folder).rglob("*") if path.is_file()}

OTHERS = {".venv/bin/pytest", "cd", "cp", "curl", "mkdir", "openssl", "opentelemetry-instrument", "pip", "source"}
IN_THE_WHEEL = {"connector/dbt_project", "connector/dags"}
OTHER_ENGINES = {"docs/snowflake.md": "snowflake", "docs/identifiers.md": "postgres"}
THEIRS = {"my_events", "unicode_nfc", "decoded_entities"}  # a view of the reader's, functions


def test_no_command_hides_in_a_block_that_names_no_language() -> None:
    lines = [(page, line) for page, block in blocks("") for line in block.splitlines()]
    assert [found for found in lines if re.match(r"(connector|make|dbt|airflow|pip|export) ", found[1])] == []


def test_no_command_is_of_a_program_that_nobody_checks() -> None:
    known = OTHERS | {"connector", "make", "dbt", "airflow", "python"}
    assert len(COMMANDS) > 50
    assert [(page, words) for page, words in COMMANDS if words[0] not in known] == []


@pytest.mark.parametrize("command", [*named("connector"), *inline("connector")], ids=told)
def test_every_command_of_ours_is_understood(command: tuple[str, list[str]]) -> None:
    group = typer.main.get_command(command_line)
    assert isinstance(group, click.Group) or hasattr(group, "commands")
    name, *arguments = command[1]
    found = group.commands[name]  # type: ignore[union-attr] # typer has a click of its own
    if name == "why" and not arguments:  # the name of the command alone
        return
    with found.make_context(name, list(arguments)) as context:
        assert context.args == []


@pytest.mark.parametrize("command", [*named("make"), *inline("make")], ids=told)
def test_every_target_of_make_is_there(command: tuple[str, list[str]]) -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {word for word in command[1] if "=" not in word} <= set(targets)


@pytest.mark.parametrize("command", [*named("dbt"), *inline("dbt")], ids=told)
def test_every_command_of_dbt_selects_what_is_there(command: tuple[str, list[str]]) -> None:
    from dbt.cli.main import cli

    verbs = [word for word in command[1] if word in cli.commands]
    assert verbs
    options = {option for one in (cli, cli.commands[verbs[0]]) for parameter in one.params for option in parameter.opts}
    assert {word for word in command[1] if word.startswith("-")} <= options
    ours = {tag for tag in tags() if tag.startswith(f"tag:{PACKAGE}_")}
    selected = False
    for word in command[1]:
        selected = word == "--select" or (selected and not word.startswith("-"))
        if selected and word != "--select":
            assert word.strip("+") in full_names() | ours | {f"package:{PACKAGE},test_type:unit"}


def full_names() -> set[str]:
    """A model by its package and folders: a reader's project may have another model of its name."""
    paths = [path.relative_to(DBT / "models").with_suffix("") for path in (DBT / "models").rglob("*.sql")]
    return {".".join((PACKAGE, *path.parts)) for path in paths}


def tags() -> set[str]:
    files = [*DBT.rglob("*.yml"), *(DBT / "models").rglob("*.sql")]
    lists = [found for file in files for found in re.findall(r"tags[:=] ?\[(.*?)\]", file.read_text())]
    return {"tag:" + name.strip(" '") for found in lists for name in found.split(",")}


def test_python_is_asked_for_modules_that_are_there() -> None:
    modules = [words[1] for _, words in [*named("python"), *inline("python")] if words[0] == "-m"]
    assert modules
    assert [name for name in modules if find_spec(name) is None] == []


def test_every_extra_that_is_installed_exists() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    asked = {
        name
        for text in TEXTS.values()
        for found in re.findall(r"(?:\.|whl|connector)\[([\w,]+)\]", text)
        for name in found.split(",")
    }
    assert asked
    assert asked <= set(extras)


def test_every_variable_is_one_that_somebody_reads() -> None:
    ours = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    ours |= set(re.findall(r"CONNECTOR_DBT_\w+", (DBT / "profiles.yml").read_text()))
    options = {f"AIRFLOW__CONNECTOR__{name.upper()}" for name in OPTIONS}
    for page, text in TEXTS.items():
        assert set(re.findall(r"(?<![\w])CONNECTOR_[A-Z0-9_]*[A-Z0-9]", text)) <= ours, page
        assert set(re.findall(r"AIRFLOW__CONNECTOR__[A-Z0-9_]*[A-Z0-9]", text)) <= options, page
    assert options <= set(re.findall(r"AIRFLOW__\w+", TEXTS["docs/airflow.md"]))


def test_every_setting_is_listed() -> None:
    listed = set(re.findall(r"^\| `(CONNECTOR_\w+)`", TEXTS["docs/settings.md"], re.MULTILINE))
    assert listed == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_is_there(page: str) -> None:
    rooms = r"(?:connector|dags|dbt_project|docs|tests|\.ci)/[\w./*-]*\w"
    paths = set(re.findall(rf"`({rooms})`", TEXTS[page])) - IN_THE_WHEEL
    assert [path for path in paths if not any(ROOT.glob(path))] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    prose = FENCE.sub("", TEXTS[page])
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"https?:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (ROOT / page).parent / name if name else ROOT / page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), target


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_mart_that_is_named_is_there(page: str) -> None:
    named = re.findall(r"\bmeta_conversions(?:_(?!ledger)[a-z]+)?\.([a-z_]+)(?![\w.(:])", TEXTS[page])
    assert set(named) <= MODELS | THEIRS


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block[0])
def test_python_can_be_read(block: tuple[str, str]) -> None:
    ast.parse(block[1])


@pytest.mark.parametrize("block", blocks("sql"), ids=lambda block: block[0])
def test_sql_can_be_read(block: tuple[str, str]) -> None:
    page, text = block
    if "{{" in text:
        assert page in ("docs/your-own-sources.md", "examples/recipes/README.md")  # built, see above
        return
    if page in OTHER_ENGINES:
        assert sqlglot.parse(text, dialect=OTHER_ENGINES[page])
    else:
        assert duckdb.extract_statements(text)  # parsed, not run


@pytest.mark.parametrize("block", blocks("yaml", "yml"), ids=lambda block: block[0])
def test_yaml_can_be_read(block: tuple[str, str]) -> None:
    assert yaml.safe_load(block[1])


def test_what_to_do_is_told_for_every_alarm_outcome_standing_and_end_of_a_run() -> None:
    with (DBT / "seeds" / "reconciliation" / "reconciliation_alarms.csv").open(newline="") as file:
        alarms = {row["alarm"]: row["severity"] for row in csv.DictReader(file)}
    ends = {*map(str, StopReason)}
    standings = {*FIGURES, *map(str, Outcome), *values_of("conversion_deliveries", "standing")}
    assert {*values_of("conversion_deliveries", "standing")} == {*map(str, Standing)}
    assert {*alarms, *ends, *standings} <= first_words("docs/operations.md")
    for alarm, severity in alarms.items():
        assert f"| `{alarm}` | {severity} |" in TEXTS["docs/operations.md"]


@pytest.mark.parametrize("reason", StopReason)
def test_the_page_says_of_each_end_of_a_run_what_the_code_does(reason: StopReason) -> None:
    meaning, advice = MetaDestination.words().explain(reason)
    row = f"| `{reason}` | {meaning} | {reason.exit_code} | {reason.told} | {advice} |".replace("|  |", "| |")
    assert row in TEXTS["docs/operations.md"].splitlines()


def test_every_stage_comparison_and_verdict_is_told() -> None:
    words = {
        *values_of("revenue_waterfall", "stage"),
        *values_of("reconciliation_daily", "comparison"),
        *values_of("reconciliation_daily", "verdict"),
    }
    assert words <= set(re.findall(r"`(\w+)`", TEXTS["docs/reconciliation.md"]))


def values_of(mart: str, column: str) -> list[str]:
    """The accepted values of a column of a mart."""
    model = yaml.safe_load((DBT / "models" / "marts" / f"{mart}.yml").read_text())["models"][0]
    [found] = [one for one in model["columns"] if one["name"] == column]
    kind = f"{PACKAGE}.accepted_values"
    [test] = [one[kind] for one in found["data_tests"] if isinstance(one, dict) and kind in one]
    values: list[str] = test["arguments"]["values"]
    return values


def test_every_parameter_task_and_asset_of_the_dags_is_told() -> None:
    page = TEXTS["docs/airflow.md"]
    params = re.findall(r'^    "(\w+)": Param', (ROOT / "connector/airflow/params.py").read_text(), re.MULTILINE)
    assets = re.findall(r'name="(\w+)"', (ROOT / "connector/airflow/assets.py").read_text())
    tasks = re.findall(r"^\d\. `(\w+)`", (ROOT / "connector/airflow/docs.py").read_text(), re.MULTILINE)
    assert len(params) >= 4
    assert len(tasks) >= 9
    assert {*params, *tasks} <= first_words("docs/airflow.md")
    assert [name for name in assets if f"`{name}`" not in page] == []


def test_the_site_has_every_page_and_is_built_without_a_broken_link(tmp_path: Path) -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")}
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    assert set(re.findall(r"'([\w-]+\.md)'", str(config["nav"]))) == pages
    assert config["theme"]["font"] is False
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(build, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "site" / "index.html").is_file()
    for page in (tmp_path / "site").glob("*.html"):
        text = page.read_text()
        assert re.findall(r"<(?:script|img|iframe)[^>]* src=\"?(?:https?:)?//[^>]*>", text) == []
        assert re.findall(r"<link[^>]* rel=\"?(?:stylesheet|preconnect)[^>]* href=\"?(?:https?:)?//[^>]*>", text) == []
        assert 'class="mermaid"' not in text
    assert (tmp_path / "site" / "architecture.html").read_text().count("images/diagram-") == 2
