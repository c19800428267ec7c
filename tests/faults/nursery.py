"""Many short-lived senders: a process that has imported everything and forks a child for each command.

Run as a program it reads one JSON object a line: {"start": [words], "env": {..}, "doom": {..}, ..} answers a pid,
{"wait": pid} its exit code (negative: the signal that ended it). A child passes fault points, by number: before each
SQL statement, before each commit, after each transaction, before each bulk read, before and after each request.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
BLOWS = {
    "kill": [signal.SIGKILL],
    "terminate": [signal.SIGTERM],
    "interrupt": [signal.SIGINT, signal.SIGINT],
}


@dataclass(frozen=True, kw_only=True)
class Doom:
    """What befalls a child at the point `number`, counting from 1 those whose name holds `only`; 0 spares it.

    `deed`: kill (SIGKILL), terminate (SIGTERM), interrupt (SIGINT twice), or raise (the connection is gone).
    `after_s`: seconds after which it dies wherever it is (SIGALRM, that nobody listens to); 0 spares it.
    """

    number: int = 0
    only: str = ""
    deed: str = "kill"
    after_s: float = 0.0


def struck_beside(out: Path) -> Path:
    """Where a child notes the point at which it is struck."""
    return out.with_name(f"{out.name}-struck")


def named(point: str) -> str:
    """A point's name as one line: of a statement, its beginning."""
    return " ".join(point.split())[:80]


class Nursery:
    """The parent's side."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def start(
        self,
        words: list[str],
        env: dict[str, str],
        *,
        out: Path,
        doom: Doom,
        trace: Path | None = None,
    ) -> int:
        """Start one command; what it says goes to the file `out`, the points it passes to `trace`. Returns its pid.

        If its doom finds it, the file `struck_beside(out)` names the point.
        """
        struck = struck_beside(out)
        told = {"start": words, "env": env, "out": str(out), "trace": str(trace or ""), "doom": asdict(doom)}
        told["struck"] = str(struck)
        struck.unlink(missing_ok=True)
        return self._ask(told)

    def wait(self, pid: int) -> int:
        """The exit code; negative for the signal that ended it."""
        return self._ask({"wait": pid})

    def _ask(self, told: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


class FaultPoints:
    """Counts the points that a child passes, and brings its doom at one of them."""

    def __init__(self, doom: Doom, trace: str, struck: str) -> None:
        self._doom = doom
        self._struck = Path(struck)
        self._left = doom.number
        self._trace = Path(trace).open("w", encoding="utf-8") if trace else None  # noqa: SIM115 - as long as the child

    def reach(self, point: str) -> None:
        name = named(point)
        if self._trace is not None:
            self._trace.write(name + "\n")
            self._trace.flush()
        if self._doom.only in name:
            self._left -= 1
            if self._left == 0:
                self._strike(name)

    def _strike(self, name: str) -> None:
        self._struck.write_text(name, encoding="utf-8")
        if self._doom.deed == "raise":
            raise OSError("the connection is gone")
        for blow in BLOWS[self._doom.deed]:
            os.kill(os.getpid(), blow)

    def install(self) -> None:
        """Listen to every engine; wrap the bulk read and the wire."""
        from sqlalchemy import event
        from sqlalchemy.engine import Engine
        from sqlalchemy.pool import Pool

        from connector.destinations.meta.client import Client
        from connector.warehouse.warehouse import Warehouse

        send, stream = Client.send, Warehouse.stream

        async def send_between(wire: Any, *given: Any) -> Any:
            self.reach("before a request")
            answer = await send(wire, *given)
            self.reach("after a request")
            return answer

        def stream_after(warehouse: Any, *given: Any, **named: Any) -> Any:
            self.reach("before a bulk read")
            return stream(warehouse, *given, **named)

        Client.send, Warehouse.stream = send_between, stream_after  # type: ignore[method-assign]
        event.listen(Engine, "before_cursor_execute", lambda *given: self.reach(f"before {given[2]}"))
        event.listen(Engine, "commit", lambda _: self.reach("before a commit"))
        event.listen(Pool, "checkin", lambda *_: self.reach("after a transaction"))


def _be_born(told: dict[str, Any]) -> None:
    """The life of a child: it never returns."""
    code = 1
    try:
        out = os.open(told["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(told["env"])
        sys.argv = ["connector", *told["start"]]
        doom = Doom(**told["doom"])
        signal.setitimer(signal.ITIMER_REAL, doom.after_s)
        FaultPoints(doom, told["trace"], told["struck"]).install()
        from connector import cli
        from connector.app import sending

        sending.MIN_LEASE_S = float(os.environ.get("FAULTS_LEASE_S", sending.MIN_LEASE_S))
        if os.environ.get("FAULTS_DESTINATION") == "toy":
            from tests.faults.toy import StampingToy

            sending.MetaDestination = StampingToy  # type: ignore[assignment,misc]

        cli.main()
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


def main() -> None:
    """Read commands until the input ends."""
    import adbc_driver_postgresql.dbapi  # noqa: F401 - everything a child needs, before the first fork
    import duckdb_engine  # noqa: F401
    import psycopg  # noqa: F401

    import connector.cli
    import connector.warehouse.dialects.duckdb
    import connector.warehouse.dialects.postgres  # noqa: F401

    for line in sys.stdin:
        told = json.loads(line)
        if "wait" in told:
            answer = os.waitstatus_to_exitcode(os.waitpid(told["wait"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                _be_born(told)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
