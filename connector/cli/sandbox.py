"""`connector sandbox`: a local Meta on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from connector.cli.console import print_line
from connector.errors import ConnectorError, UsageError


def sandbox(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 8765,
    host: Annotated[str, typer.Option(help="A loopback address.")] = "127.0.0.1",
) -> None:
    """Run a local Meta that answers as the Conversions API does and shows what it received. Stop it with Ctrl-C."""
    try:
        from connector.sandbox.config import SandboxConfig
        from connector.sandbox.server import serve
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is not installed: pip install 'conversions-connector[sandbox]'.") from None

    def tell(bound: int) -> None:
        written = f"[{host}]" if ":" in host else host
        print_line(f"sandbox: http://{written}:{bound} (open it in a browser to see what it received)")

    try:
        serve(SandboxConfig(), host=host, port=port, ready=tell)
    except OSError as error:
        raise ConnectorError(f"port {port} cannot be used ({error.strerror}): name another one with --port.") from None
    except ValueError as error:
        raise UsageError(str(error)) from None
