"""`python -m examples.shop.demo.airflow_commands`: Airflow's own commands, one after the other in one process.

Airflow's imports, half a minute before the first task, are paid for once. Each line of the standard input is a JSON
object: the `words` of a command and the `log` to which its output is appended.
The last line of the log is `ENDED` with the exit code.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence

from airflow.cli.cli_parser import get_parser

ENDED = "[COMMAND] ended with exit code "


def main() -> None:
    """Run each command until the standard input ends."""
    for line in sys.stdin:
        order = json.loads(line)
        _redirect_output(order["log"])
        code = run(order["words"])
        sys.stdout.write(f"\n{ENDED}{code}\n")
        sys.stdout.flush()


def run(words: Sequence[str]) -> int:
    """The exit code of `airflow <words>`."""
    try:
        arguments = get_parser().parse_args(words)
        arguments.func(arguments)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def _redirect_output(log: str) -> None:
    """Send stdout and stderr to that file from now on, including for code that holds the old streams."""
    sys.stdout.flush()
    sys.stderr.flush()
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for output in (1, 2):
        os.dup2(said, output)
    os.close(said)


if __name__ == "__main__":
    main()
