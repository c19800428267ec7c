"""The command line.

Exit codes: 0 fine, 1 the work failed, 2 wrong use, 3 stopped for authentication or configuration.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from traceback import walk_tb

from connector.cli.commands import command_line
from connector.cli.console import print_error
from connector.errors import ConnectorError

PACKAGE = Path(__file__).parents[1]


def main() -> None:
    """Run the command line. An error is one line on stderr and its exit code; no traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the locale has no letters for ends no command
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        command_line()
    except ConnectorError as error:
        print_error(str(error))
        sys.exit(error.exit_code)
    except Exception as error:  # a defect: its text may hold a value out of a row or a setting
        print_error(
            f"{type(error).__name__} at {place_of(error)}: a defect of the connector, please report this line. More is "
            "not shown, since it may hold a value out of a row or a setting."
        )
        sys.exit(ConnectorError.exit_code)


def place_of(error: BaseException) -> str:
    """The innermost line of ours that the error passed through."""
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    ours = [(Path(name), line) for name, line in frames if Path(name).is_relative_to(PACKAGE)]
    return f"{ours[-1][0].relative_to(PACKAGE)}:{ours[-1][1]}" if ours else "an unknown place"
