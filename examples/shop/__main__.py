"""`python -m examples.shop`. An error of ours is one line on stderr and its exit code; no traceback."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from connector.errors import ConnectorError
from examples.shop.demo.pictures import pictures
from examples.shop.demo.run import more, run, sandbox

command_line = typer.Typer(
    help="The connector on a made-up shop, against a local Meta.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
command_line.command()(run)
command_line.command()(more)
command_line.command()(sandbox)
command_line.command()(pictures)


def main() -> None:
    """Run one of the commands."""
    try:
        command_line(prog_name="python -m examples.shop")
    except ConnectorError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"error: {error}", markup=False)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
