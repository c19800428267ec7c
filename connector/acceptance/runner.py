"""One run of acceptance: the checks in their order, each finding told as it comes, everything dropped at the end."""

from __future__ import annotations

import platform
import signal
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from connector import __version__, app
from connector.acceptance import bulk, grants, locks, project, refusals, scratch, session
from connector.acceptance.dbt import run_in_child
from connector.acceptance.findings import Acceptance, Finding, failed, passed, untried
from connector.acceptance.scratch import Scratch
from connector.acceptance.trial import Part, Statements, Trial
from connector.acceptance.usage import counting, warehouse_use
from connector.errors import ConfigurationError, ConnectorError
from connector.warehouse.dialects import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from connector.settings import Settings
    from connector.warehouse.warehouse import Warehouse

AREAS: dict[str, Callable[[Trial], Iterator[Finding]]] = {
    "grants": grants.check_grants,
    "session": session.check_session,
    "project": project.check_project,
    "ledger": locks.check_ledger,
    "errors": refusals.check_errors,
    "bulk": bulk.check_bulk,
}
"""What can be asked for alone. All but the grants work in scratch schemas."""
VERSIONS = {"postgresql": "show server_version", "snowflake": "select current_version()", "duckdb": "select version()"}
DRIVERS = {
    "postgresql": ("psycopg", "adbc-driver-postgresql", "dbt-postgres"),
    "snowflake": ("snowflake-connector-python", "snowflake-sqlalchemy", "dbt-snowflake"),
    "duckdb": ("duckdb", "dbt-duckdb"),
}


def accept(
    settings: Settings,
    *,
    only: Sequence[str] = tuple(AREAS),
    part: Part = Part.BOTH,
    rows: int = 100_000,
    data_tests: bool = True,
    raw_schema: str = "raw",
    listen: Callable[[Finding], None] = lambda _: None,
    run_dbt: Callable[[Sequence[str], dict[str, str]], tuple[int, str]] = run_in_child,
) -> Acceptance:
    """Try what the connector does on this warehouse, with this role, and drop what was made, also when interrupted.

    Raises ConnectorError where the warehouse cannot be opened, and KeyboardInterrupt after SIGINT or SIGTERM.
    """
    name = Scratch.new()
    with TemporaryDirectory(prefix="connector-") as folder:
        trial = Trial(
            settings=_tagged(settings, name.name),
            scratch=name,
            part=part,
            rows=rows,
            data_tests=data_tests,
            statements=Statements(),
            run_dbt=run_dbt,
            raw_schema=raw_schema,
            folder=Path(folder),
        )
        with counting(trial.statements), _stopped_by_signals():
            return _tried(trial, only, listen)


def _tried(trial: Trial, only: Sequence[str], listen: Callable[[Finding], None]) -> Acceptance:
    begun, started, findings = datetime.now(UTC), time.monotonic(), []
    versions = _versions(trial)
    with closing(_cleaned_up(trial, only)) as found:  # so that an error of the listener drops the schemas too
        for finding in found:
            findings.append(finding)
            listen(finding)
    return Acceptance(
        engine=trial.engine,
        versions=versions,
        findings=findings,
        seconds=time.monotonic() - started,
        statements=trial.statements.as_dict(),
        warehouse_use=warehouse_use(trial, trial.scratch.name, since=begun),
    )


def _tagged(settings: Settings, tag: str) -> Settings:
    """On Snowflake every statement of this run carries the tag, so that its history tells them from others."""
    url = parse_url(settings.warehouse_url)
    if url.get_backend_name() != "snowflake":
        return settings
    tagged = url.update_query_dict({"query_tag": tag}).render_as_string(hide_password=False)
    return settings.model_copy(update={"warehouse_url": SecretStr(tagged)})


def _versions(trial: Trial) -> dict[str, str]:
    with app.opened(trial.settings) as warehouse, warehouse.transaction() as connection:
        engine = str(connection.execute(text(VERSIONS[trial.engine])).scalar_one())
    packages = ("dbt-core", *DRIVERS[trial.engine])
    installed = {name: found for name in packages if (found := _installed(name))}
    known = {"connector": __version__, "python": platform.python_version(), "system": platform.system()}
    return known | {trial.engine: engine} | installed


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _cleaned_up(trial: Trial, only: Sequence[str]) -> Generator[Finding, None, None]:
    """All findings. The scratch schemas go, whatever happens; what could not be dropped is named with its statement."""
    if "grants" in only:
        yield from _guarded(trial, "grants", grants.check_grants)
    areas = [area for area in AREAS if area in only and area != "grants"]
    if not areas:
        return
    if trial.part is Part.SENDER:
        yield from (untried(area, area, NOT_BY_A_SENDER) for area in areas)
        return
    try:
        yield from _in_scratch(trial, areas)
    except BaseException:
        if not (dropped := _dropped(trial)).is_good:
            raise ConnectorError(f"interrupted: {dropped.words} {dropped.fix}") from None
        raise
    yield _dropped(trial)


NOT_BY_A_SENDER = "it needs scratch schemas, which a sender's role may not create: run it with dbt's role."


def _in_scratch(trial: Trial, areas: Sequence[str]) -> Iterator[Finding]:
    made = _made(trial)
    yield made
    if not made.is_good:
        yield from (untried(area, area, "it needs scratch schemas, which could not be created.") for area in areas)
        return
    waiting = _beside(trial, "ledger", locks.check_killed_session) if "ledger" in areas else None
    for area in areas:
        yield from _guarded(trial, area, AREAS[area])
    yield from waiting() if waiting else ()


def _beside(trial: Trial, area: str, check: Callable[[Trial], Iterator[Finding]]) -> Callable[[], list[Finding]]:
    """The check in a thread of its own, since Snowflake keeps the lock of a killed session for minutes; its findings,
    once it has ended. Where one process at a time holds the warehouse, it is tried when they are asked for."""
    found: list[Finding] = []
    if trial.engine == "duckdb":
        return lambda: list(_guarded(trial, area, check))
    thread = threading.Thread(target=lambda: found.extend(_guarded(trial, area, check)), daemon=True)
    thread.start()

    def ended() -> list[Finding]:
        thread.join()
        return found

    return ended


def _made(trial: Trial) -> Finding:
    """The schema that everything but dbt's and the ledger's own relations goes into."""
    name = "scratch schemas"
    try:
        with app.opened(trial.settings) as warehouse:
            left = scratch.standing(warehouse, scratch.PREFIX)
            if not _creates_schema(warehouse, trial.scratch.raw):
                statement = grants.CREATE_SCHEMA if trial.engine == "snowflake" else grants.POSTGRES[0].statement
                return failed("grants", name, "the role may not create schemas in this database.", fix=statement)
    except ConnectorError as error:
        return failed("scratch", name, str(error), needs_person=isinstance(error, ConfigurationError))
    if left:
        drops = " ".join(f"drop schema {one} cascade;" for one in left)
        return passed("scratch", name, f"created. A run that was killed, or still runs, has left: {drops}")
    return passed("scratch", name, "created.")


def _creates_schema(warehouse: Warehouse, schema: str) -> bool:
    """Create it; False where the role may not."""
    try:
        with warehouse.transaction() as connection:
            connection.execute(text(f"create schema {schema}"))
    except DBAPIError as error:
        if not warehouse.dialect.may_not_write(error):
            raise
        return False
    return True


def _guarded(trial: Trial, area: str, check: Callable[[Trial], Iterator[Finding]]) -> Iterator[Finding]:
    """An error that no check expected is a finding too; the next area is tried all the same."""
    try:
        yield from check(trial)
    except ConnectorError as error:
        yield failed(area, area, str(error), needs_person=isinstance(error, ConfigurationError))
    except DBAPIError as error:  # its text quotes statements and values
        code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "errno", "")
        named = " ".join(str(one) for one in (type(error.orig).__name__, code) if one)
        yield failed(area, area, f"the warehouse refused a statement: {named}.")


def _dropped(trial: Trial) -> Finding:
    """Another signal does not disturb it: what is half dropped would stay."""
    name = "scratch schemas dropped"
    try:
        with _undisturbed():
            left = scratch.drop(trial.settings, trial.scratch)
    except (ConnectorError, DBAPIError):  # the warehouse is gone
        words = "the warehouse did not say whether something of this run is left. What is:"
        return failed("scratch", name, f"{words} drop schema {trial.scratch.name}_.. cascade;")
    if left:
        drops = " ".join(f"drop schema {one} cascade;" for one in left)
        return failed("scratch", name, "not everything that was created could be dropped.", fix=drops)
    return passed("scratch", name, "nothing of this run is left in the warehouse.")


@contextmanager
def _undisturbed() -> Iterator[None]:
    is_main = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM) if is_main}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM interrupts as SIGINT does, so that what was made is dropped. Only in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
