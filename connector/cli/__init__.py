"""The command line.

Exit codes: 0 fine, 1 the work failed, 2 wrong use, 3 stopped for authentication or configuration.
"""

from __future__ import annotations

import sys

from connector.cli.commands import command_line
from connector.cli.console import print_error
from connector.errors import ConnectorError


def main() -> None:
    """Run the command line. An error of ours is one line on stderr and its exit code; no traceback."""
    try:
        command_line()
    except ConnectorError as error:
        print_error(str(error))
        sys.exit(error.exit_code)
