"""Why PostgreSQL opened no session: by the server's SQLSTATE and by its sockets, never by texts, which are localized.

libpq hands out no SQLSTATE of a refused connection, only a text in the server's language. But it traces what the server
said, and there the code stands. What it traces stays in memory, and only the code is read.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import time
from pathlib import Path
from select import select
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import pq
from psycopg.conninfo import make_conninfo

from connector.errors import ConfigurationError, ConnectorError, WarehouseUnavailable, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

URL = "CONNECTOR_WAREHOUSE_URL"
MOST_S = 10.0
"""How long the server has to open a session, where the URL has no connect_timeout."""
TRANSIENT = ("08", "53", "57P")
"""Classes and beginnings of codes that time mends: connection lost; out of connections, memory or disk; going down or
coming up (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
PROTOCOL_VIOLATION = "08P01"
"""Also what PgBouncer says to whatever it refuses."""
SSL_REQUEST = (8).to_bytes(4, "big") + (80_877_103).to_bytes(4, "big")
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
WHOLE_NUMBERS = (
    *("connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"),
    "tcp_user_timeout",
)
TLS_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
WORDS = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslnegotiation": ("postgres", "direct"),
    "sslcertmode": ("disable", "allow", "require"),
    "channel_binding": ("disable", "prefer", "require"),
    "gssencmode": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    "load_balance_hosts": ("disable", "random"),
    "ssl_min_protocol_version": TLS_VERSIONS,
    "ssl_max_protocol_version": TLS_VERSIONS,
    "client_encoding": ("UTF8", "utf8", "UTF-8", "utf-8"),
}
"""What libpq takes (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS), of the encodings
the one that every text fits. It tells a wrong word only when it connects, and then in a text."""
AUTHENTICATIONS = ("password", "md5", "gss", "sspi", "scram-sha-256", "none")
MAX_PORT = 65_535

UNAVAILABLE = {
    "57P03": "it is starting up, shutting down or recovering",
    "57P01": "it is being shut down",
    "57P02": "it is restarting after a crash",
    "53300": "it is at its connection limit, of the server, the database or the role: end idle sessions, or raise "
    "max_connections or the role's connection limit",
    "53100": "its disk is full",
    "53200": "it is out of memory",
}
LACKING = {
    **{code: UNAVAILABLE[code] for code in ("53100", "53200", "53300")},
    "53400": "a limit of its configuration was reached, such as temp_file_limit: raise it for this role",
    "25P03": "a transaction was idle longer than idle_in_transaction_session_timeout: raise it for this role",
    "25P04": "a transaction took longer than transaction_timeout: raise it for this role",
    "57P05": "a session was idle longer than idle_session_timeout: raise it for this role",
}
"""In the middle of the work, where the connection itself is not what failed."""
REFUSED = {
    "28P01": "it refused the password (or knows no such role, or the password was valid until a day that has passed). "
    "Correct the password: in a URL, @ : / ? # % and blanks in it must be escaped, as %40 %3A %2F %3F %23 %25 %20. Or "
    "give it more time: alter role .. valid until ..",
    "28000": "it knows no such role, or its pg_hba.conf does not let this role in from this machine, or not without "
    "TLS. Create the role, add a line to pg_hba.conf, or ask for TLS with sslmode=require",
    "3D000": "it has no database of that name. Create it, or correct the name at the end of the URL",
    "42501": "the role may not connect to this database: grant connect on database .. to the role",
    "42704": "it does not know a parameter in the URL's options. Correct or remove it",
    "22023": "it does not accept a value in the URL's options. Correct or remove it",
    "42601": "it cannot read the URL's options, which are written as -c name=value. Correct or remove them",
    "55000": "the database takes no connections (datallowconn)",
}
ONE_S_OWN = (
    " Or sslcert and sslkey do not fit: they belong together, and nobody but this user may read the key (chmod 600)."
)
POOLER = (
    "a pooler in front of it refused the startup parameter options, which the URL has or dbt's sessions ask for. Have "
    "PgBouncer ignore it (ignore_startup_parameters = options), or do without: remove options from the URL, and set "
    "PGOPTIONS to nothing (docs/settings.md)"
)


class Attempt(NamedTuple):
    """What became of a connection: the last SQLSTATE, and whether the conversation began, behind any encryption."""

    code: str | None
    has_begun: bool
    needs_password: bool


def is_passing(code: str | None) -> bool:
    """True for an SQLSTATE that time mends; None is a connection that was lost or never made."""
    return code is None or (code.startswith(TRANSIENT) and code != PROTOCOL_VIOLATION)


def lack_of(code: str | None) -> ConnectorError | None:
    """What the server ran out of, or how long a session may last, in the middle of the work; None for other codes."""
    if code not in LACKING:
        return None
    return WarehouseUnavailable(
        f"PostgreSQL stopped in the middle ({code}): {LACKING[code]}. Run this again when that is mended; what a sync "
        "had claimed is owed or unconfirmed, never lost."
    )


def check_parameters(query: Mapping[str, object]) -> None:
    """Raise ConfigurationError for what libpq would not take. Its place is told and not its name, which may be a part
    of a password that was not escaped."""
    known = [option.keyword.decode() for option in pq.Conninfo.get_defaults()]
    for place, (name, value) in enumerate(query.items(), start=1):
        if name not in known:
            raise ConfigurationError(
                f"parameter {place} after the ? of {URL} is none of libpq's{did_you_mean(name, known)}: correct or "
                "remove it. A ? in the password must be written as %3F."
            )
        if isinstance(value, tuple) and name not in ("host", "port"):
            raise ConfigurationError(f"{URL} has {name} more than once: leave one of them.")
        if rule := _broken_rule(name, value):
            raise ConfigurationError(f"{name} in {URL} is not usable: it must be {rule}.")


def _broken_rule(name: str, value: object) -> str | None:
    """The rule that the value of a parameter breaks; the value itself may be a part of a password."""
    if name in WHOLE_NUMBERS:
        return None if re.fullmatch("-?[0-9]{1,9}", str(value)) else "a whole number"
    if name in WORDS:
        return None if value in WORDS[name] else f"one of {', '.join(WORDS[name])}"
    if name == "port":
        ports = ",".join(value if isinstance(value, tuple) else [str(value)]).split(",")
        return None if all(map(_is_port, ports)) else f"a number from 1 to {MAX_PORT}, or one for each host"
    if name == "hostaddr":
        return None if all(map(_is_address, str(value).split(","))) else "an IP address, or one for each host"
    if name == "require_auth":
        ways = str(value).split(",")
        is_known = {way.removeprefix("!") for way in ways} <= set(AUTHENTICATIONS)
        is_one_list = len({way.startswith("!") for way in ways}) == 1
        rule = f"of {', '.join(AUTHENTICATIONS)}: one, some with commas between, or each with ! before it"
        return None if is_known and is_one_list else rule
    return "left out: a session of that kind answers no queries" if name == "replication" else None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text == ""
    return True


def _is_port(text: str) -> bool:
    return re.fullmatch("[0-9]{1,5}", text) is not None and 0 < int(text) <= MAX_PORT


def refusal_of(parts: Mapping[str, Any]) -> ConnectorError:
    """Why the server that these parameters of libpq name opens no session. Repeats none of them."""
    for name in FILES:
        path = str(parts.get(name) or "")
        if path and path != "system" and not os.access(path, os.R_OK):
            return ConfigurationError(
                f"the file that {name} in {URL} names cannot be read: correct the path, or make the file readable for "
                "this user."
            )
    tried = _try(parts)
    if tried.code == PROTOCOL_VIOLATION and parts.get("options"):
        return ConfigurationError(f"PostgreSQL cannot be used with {URL}: {POOLER}.")
    if tried.code in REFUSED:
        return ConfigurationError(f"PostgreSQL cannot be used with {URL}: {REFUSED[tried.code]}.")
    if tried.needs_password and tried.code is None:
        return ConfigurationError(
            f"PostgreSQL cannot be used with {URL}: it asks for a password. Put one into the URL."
        )
    if tried.code is None and not tried.has_begun:
        return _silence(parts)
    if tried.code is None and parts.get("target_session_attrs"):
        return _unavailable("none of the hosts in the URL is of the kind that target_session_attrs asks for")
    if tried.code in UNAVAILABLE:
        return _unavailable(UNAVAILABLE[tried.code])
    if is_passing(tried.code) or tried.code == PROTOCOL_VIOLATION:
        return _unavailable(f"it broke off the connection{f' ({tried.code})' if tried.code else ''}")
    return ConfigurationError(
        f"PostgreSQL cannot be used with {URL}: it refused the session with code {tried.code}. Look the code up in the "
        "appendix of its manual, or in its log."
    )


def _unavailable(cause: str) -> WarehouseUnavailable:
    return WarehouseUnavailable(
        f"PostgreSQL cannot be used just now: {cause}. Run this again when that is over; Airflow retries by itself."
    )


def _try(parts: Mapping[str, Any]) -> Attempt:
    """Connect once more, listening. Where libpq cannot be listened to (other systems than Linux), nothing is known."""
    if not hasattr(os, "memfd_create"):
        return Attempt(code=None, has_begun=True, needs_password=False)
    with open(os.memfd_create("trace"), "r+b") as heard:  # noqa: PTH123 - a file that exists in memory only
        connection = pq.PGconn.connect_start(make_conninfo("", **parts).encode())
        connection.trace(heard.fileno())
        _poll(connection, until=time.monotonic() + MOST_S)
        connection.untrace()
        needs_password = connection.needs_password
        connection.finish()
        heard.seek(0)
        told = heard.read()
    codes: list[bytes] = re.findall(rb'^[^\t]*\tB\t\d+\tErrorResponse\t.*? C "(\w{5})"', told, re.MULTILINE)
    return Attempt(
        code=codes[-1].decode() if codes else None,
        has_begun=b"\tStartupMessage\t" in told,
        needs_password=needs_password,
    )


def _poll(connection: pq.abc.PGconn, *, until: float) -> None:
    status: int = pq.PollingStatus.WRITING
    while status not in (pq.PollingStatus.OK, pq.PollingStatus.FAILED) and (left := until - time.monotonic()) > 0:
        if connection.status == pq.ConnStatus.BAD:
            return
        waiting = [connection.socket]
        reads, writes = (waiting, []) if status == pq.PollingStatus.READING else ([], waiting)
        select(reads, writes, [], left)
        status = connection.connect_poll()


def _silence(parts: Mapping[str, Any]) -> ConnectorError:
    """Why there was no conversation at all: the service, the name, the way, or the encryption."""
    if service := parts.get("service"):
        if pq.PGconn.connect_start(make_conninfo("", service=service).encode()).status == pq.ConnStatus.BAD:
            return ConfigurationError(
                f"PostgreSQL cannot be used with {URL}: the service that it names is not defined. libpq looks for it "
                "in the file that PGSERVICEFILE names, else in ~/.pg_service.conf. Define it there, or correct it."
            )
        return _unavailable("the server that the service in the URL stands for does not answer")
    causes = [_cause(host, port) for host, port in _places(parts)]
    if None not in causes:
        told = causes[0] if len(causes) == 1 else f"none of the {len(causes)} hosts in the URL answers ({causes[0]})"
        return _unavailable(f"{told}. {URL} says where it is")
    if all(_speaks_tls(host, port) is None for host, port in _places(parts)):
        return _unavailable("whatever listens there closed the connection at once")
    return ConfigurationError(
        f"PostgreSQL cannot be used with {URL}: the encrypted connection failed. Either it offers no TLS while sslmode "
        "asks for it, or its certificate is not signed by what sslrootcert names, or is for another host name."
        f"{ONE_S_OWN if parts.get('sslkey') else ''}"
    )


def _places(parts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each host with its port."""
    hosts = str(parts.get("host") or os.environ.get("PGHOST") or "/").split(",")
    ports = str(parts.get("port") or os.environ.get("PGPORT") or "5432").split(",")
    yield from ((host, ports[min(place, len(ports) - 1)] or "5432") for place, host in enumerate(hosts))


def _cause(host: str, port: str) -> str | None:
    """Why nothing can be said to a host, in words without its name; None where something listens."""
    if host.startswith("/"):
        is_there = host == "/" or Path(host, f".s.PGSQL.{port}").exists()
        return "no server listens on the local socket" if host == "/" or not is_there else None
    try:
        _connected(host, port).close()
    except socket.gaierror:
        return "its host is not known here: the name is wrong, or DNS cannot be asked"
    except ConnectionRefusedError:
        return "its host refuses connections on that port: it is down, or listens on another one"
    except TimeoutError:
        return "its host does not answer: it is down, or a firewall stands between"
    except (OSError, ValueError, OverflowError):
        return "its host cannot be reached from this machine"
    return None


def _connected(host: str, port: str) -> socket.socket:
    return socket.create_connection((host.strip("[]"), int(port)), timeout=MOST_S / 2)


def _speaks_tls(host: str, port: str) -> bool | None:
    """Whether the server offers TLS; None where it hangs up."""
    if host.startswith("/"):
        return False
    try:
        with _connected(host, port) as line:
            line.sendall(SSL_REQUEST)
            return {b"S": True, b"N": False}.get(line.recv(1))
    except OSError:
        return None
