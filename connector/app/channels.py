"""The channels of the command line: Slack, a webhook, e-mail and what else Apprise knows, by `CONNECTOR_NOTIFY_URLS`.

Apprise is loaded when a message goes out. The addresses hold passwords: they are in no log, error or ledger.
"""

from __future__ import annotations

import logging
import re
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connector.errors import ConfigurationError, ConnectorError
from connector.model.alarms import Change
from connector.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.app.alarms import Message
    from connector.settings import Settings

SILENCED = ("apprise", "urllib3", "requests")
"""Their debug lines hold addresses, in which Slack and most webhooks have their password."""
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=://)")
WITHOUT_TLS = {"json", "xml", "form", "mailto"}
"""Schemes that send in plain text; each has a twin with TLS, of the same name with an s."""


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """Every address of the settings takes each message; those that did not are named by their kind."""

    addresses: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> AppriseChannel:
        """Raises ConfigurationError where no address is set, or one would send without TLS."""
        addresses = settings.notify_addresses
        if not addresses:
            raise ConfigurationError(
                "CONNECTOR_NOTIFY_URLS is not set: it names where alarms go, such as slack://..., mailtos://... or "
                "jsons://... (docs/operations.md)."
            )
        for address in addresses:
            scheme = _scheme(address)
            if scheme in WITHOUT_TLS and not is_loopback(_host(address)):
                raise ConfigurationError(f"an address in CONNECTOR_NOTIFY_URLS sends without TLS: use {scheme}s://.")
        return cls(addresses)

    @property
    def name(self) -> str:
        return ", ".join(sorted(set(map(_scheme, self.addresses))))

    def deliver(self, message: Message) -> None:
        failed = [place for place, address in enumerate(self.addresses, start=1) if not _sent(address, message)]
        if failed:
            named = ", ".join(f"number {place} ({_scheme(self.addresses[place - 1])})" for place in failed)
            raise ConnectorError(
                f"the message was not taken by address {named} of CONNECTOR_NOTIFY_URLS: check it, and the network. "
                "It is tried again the next time that alarms are told."
            )


def _scheme(address: str) -> str:
    """What stands before ://, if it is nothing but a scheme."""
    found = SCHEME.match(address)
    return found[0].lower() if found else ""


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # a bracket in the password
        return ""


def _sent(address: str, message: Message) -> bool:
    with _silence(), warnings.catch_warnings(action="ignore"):  # it looks for parts of Python that are to go
        channel = _apprise().Apprise()
        kind = "success" if message.change is Change.END else "warning"
        return bool(channel.add(address) and channel.notify(title=message.title, body=message.text, notify_type=kind))


def _apprise() -> Any:
    try:
        import apprise
    except ImportError:
        raise ConfigurationError(
            "alarms go out through Apprise, which is not installed: pip install 'conversions-connector[notify]'."
        ) from None
    return apprise


@contextmanager
def _silence() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in logging.Logger.manager.loggerDict if name.split(".")[0] in SILENCED]
    loggers += [logging.getLogger(name) for name in SILENCED]
    before = [(logger, logger.disabled) for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in before:
            logger.disabled = disabled
