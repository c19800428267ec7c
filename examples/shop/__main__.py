"""`python -m examples.shop`: the demo. An error of ours is one line on stderr and its exit code; no traceback."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from connector.errors import ConnectorError
from examples.shop.demo.run import demo


def main() -> None:
    """Run the demo."""
    command_line = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    command_line.command()(demo)
    try:
        command_line(prog_name="python -m examples.shop")
    except ConnectorError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"error: {error}", markup=False)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
