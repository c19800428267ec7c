"""dbt as a command, without its start: a process that has imported dbt forks a child for each command.

A child is a process of its own with its own environment, as `dbt` on a command line is: no run leaves anything for the
next one. What starting costs, 2 to 3 s of importing, is paid once. The project as dbt parsed it is kept and laid into
each new target folder, and again where other vars were parsed in between; whether it still holds is dbt's own check
(`partial_parse.msgpack`). For another database dbt would parse everything again, so each has the same name while dbt
runs.

Run as a program it reads one JSON object a line, {"words": [..], "env": {..}, "cwd": "..", "out": "..", "err": ".."},
and answers the exit code when the child has ended.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg

ROOT = Path(__file__).parents[2]
DUCKDB_PATH = "CONNECTOR_DBT_DUCKDB_PATH"
KEPT_IN = "TESTS_KEEP_PARSED_PROJECTS_IN"
PARSED = "partial_parse.msgpack"
POSTGRES_DATABASE = "CONNECTOR_DBT_POSTGRES_DATABASE"
WAREHOUSE = "warehouse_of_dbt"
NO_ARTIFACTS = ["--no-write-json", "--log-level-file", "none"]
PASSED_ON = ("CONNECTOR_", "DBT_", "HOME", "LANG", "LC_", "PATH", "PG", "TMPDIR", "TZ")
"""dbt goes through all its environment at each event that it logs."""


def run_dbt(
    words: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None, artifacts: bool = False
) -> subprocess.CompletedProcess[str]:
    """What `dbt` did, as `subprocess.run` tells it. Artifacts: its manifest, results and log."""
    words = [*([] if artifacts else NO_ARTIFACTS), *words]
    env = {name: value for name, value in env.items() if name.startswith(PASSED_ON)}
    if cwd is None and DUCKDB_PATH in env:  # one spelling for all: for another dbt parses everything again
        cwd = Path(env[DUCKDB_PATH]).parent
        env[DUCKDB_PATH] = Path(env[DUCKDB_PATH]).name
    with tempfile.TemporaryDirectory(prefix="dbt") as said, under_one_name(env) as env:
        out, err = Path(said) / "out", Path(said) / "err"
        told = {"words": list(words), "env": env, "cwd": str(cwd or ROOT), "out": str(out), "err": str(err)}
        parsed = Path(words[words.index("--target-path") + 1]) / PARSED if "--target-path" in words else None
        kept = kept_parse(words, env)
        if parsed:
            lay_in(kept, parsed)
        code = _ask(json.dumps(told))
        if parsed and parsed.exists() and not kept.exists():
            shutil.copy(parsed, kept.with_suffix(f".{os.getpid()}"))
            kept.with_suffix(f".{os.getpid()}").replace(kept)
        return subprocess.CompletedProcess(["dbt", *words], code, out.read_text(), err.read_text())


def lay_in(kept: Path, parsed: Path) -> None:
    """The parse that was kept, unless the one that lies there is already of the same words."""
    of_which = parsed.with_suffix(".of")
    if kept.exists() and not (of_which.exists() and of_which.read_text() == kept.name):
        parsed.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(kept, parsed)
    of_which.parent.mkdir(parents=True, exist_ok=True)
    of_which.write_text(kept.name)


@contextmanager
def under_one_name(env: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The environment in which a database of PostgreSQL is called WAREHOUSE. One that somebody uses keeps its name."""
    if env.get("CONNECTOR_DBT_TARGET") != "postgres":
        yield dict(env)
        return
    name, server = env[POSTGRES_DATABASE], {"host": env["CONNECTOR_DBT_POSTGRES_HOST"], "user": "postgres"}
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as connection:
        try:
            connection.execute(f"alter database {name} rename to {WAREHOUSE}")
        except psycopg.errors.ObjectInUse:
            yield dict(env)
            return
        try:
            yield dict(env) | {POSTGRES_DATABASE: WAREHOUSE}
        finally:
            connection.execute(f"alter database {WAREHOUSE} rename to {name}")  # waits until dbt's sessions have ended


def kept_parse(words: Sequence[str], env: Mapping[str, str]) -> Path:
    """Where what dbt parsed is kept, by all that decides whether it holds for another run."""
    asked = [words[number + 1] for number, word in enumerate(words[:-1]) if word in ("--project-dir", "--vars")]
    ours = sorted(f"{name}={value}" for name, value in env.items() if name.startswith(("CONNECTOR_", "DBT_")))
    return _kept_folder() / hashlib.sha256(repr((asked, ours)).encode()).hexdigest()[:16]


@cache
def _kept_folder() -> Path:
    """The tests' one for all their processes (what one has parsed is whole before it has its name), or one's own."""
    if KEPT_IN in os.environ:
        return Path(os.environ[KEPT_IN])
    folder = Path(tempfile.mkdtemp(prefix="parsed"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _server() -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.support.warm_dbt"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    atexit.register(server.communicate)
    return server


def _ask(told: str) -> int:
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        server.stdin.write(told + "\n")
        server.stdin.flush()
        return int(server.stdout.readline())
    except BaseException:  # a test's time limit, above all: its answer must not be the next one's
        os.killpg(server.pid, signal.SIGKILL)
        atexit.unregister(server.communicate)
        server.communicate()
        _server.cache_clear()
        raise


def _be_dbt(told: dict[str, object]) -> None:
    """The life of a child: it never returns."""
    code = 1
    try:
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(str(told[name]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.clear()
        os.environ.update(told["env"])  # type: ignore[call-overload]
        os.chdir(str(told["cwd"]))
        sys.argv = ["dbt", *told["words"]]  # type: ignore[misc]
        from dbt.cli.main import cli

        cli()
        code = 0
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _warm_up() -> None:
    """What dbt's libraries make of their classes on first use, 2 s a command, is made before the first fork."""
    from dbt.cli.main import dbtRunner

    with tempfile.TemporaryDirectory(prefix="warm") as folder:
        words = ["--quiet", *NO_ARTIFACTS, "parse", "--no-static-parser"]  # whose threads would not outlive a fork
        project = ["--project-dir", str(ROOT / "dbt_project"), "--profiles-dir", str(ROOT / "dbt_project")]
        os.environ.setdefault(DUCKDB_PATH, ":memory:")
        dbtRunner().invoke([*words, *project, "--target-path", folder])


def main() -> None:
    """Read commands until the input ends."""
    import dbt.adapters.duckdb
    import dbt.adapters.postgres
    import dbt.adapters.snowflake
    import dbt.cli.main
    import dbt.task.build
    import dbt.task.compile
    import dbt.task.docs.generate  # noqa: F401

    _warm_up()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _be_dbt(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
