"""The command line.

Exit codes: 0 fine, 1 the work failed, 2 wrong use, 3 stopped for authentication or configuration.
"""

from __future__ import annotations

import sys

from connector.cli.commands import app
from connector.cli.speech import say_error
from connector.errors import ConnectorError


def main() -> None:
    """Run the command line. An error of ours is one line on stderr and its exit code; no traceback."""
    try:
        app()
    except ConnectorError as error:
        say_error(str(error))
        sys.exit(error.exit_code)
