"""The way to Meta: whom the client trusts, which way it goes, and what it says when no connection comes about."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import ipaddress
import logging
import os
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import certifi
import httpx
import pytest
import truststore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from connector.destinations.meta.answers import judge
from connector.destinations.meta.client import Answer, Client, open_client
from connector.destinations.meta.network import tls_context
from connector.destinations.meta.reasons import Reason
from connector.destinations.meta.refusals import parse_response
from connector.errors import ConfigurationError
from connector.model.stop_reasons import StopReason
from connector.model.verdicts import Kind
from tests.unit.destinations.meta_server import PAYLOADS, SUCCESS, read_request, response, server

if TYPE_CHECKING:
    from tests.unit.destinations.meta_server import Talk

CANARY = "pa55-c4n4ry"
ORBSTACK = "localhost,127.0.0.1,::1,[::1],*.orb.local,192.168.0.0/16,fd07:b51a:cc66::/64,[fd07:b51a:cc66::]/64,a b,//"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def ask(address: str, *, timeout_s: float = 5) -> Answer:
    async with open_client(timeout_s, 1) as http:
        token = SecretStr("EAAB_token_example")
        client = Client(http, base_url=address, api_version="v26.0", token=token, app_secret=None, test_event_code=None)
        return await client.send("123", PAYLOADS)


def told(answer: Answer) -> str:
    """All that is told of an answer, here and by `pull`."""
    verdict = judge(answer, sent=1)
    read = parse_response(answer)
    return " ".join((repr(answer), repr(verdict), read.summary, read.advice))


def assert_unsent(answer: Answer, reason: Reason) -> str:
    """Surely not sent, for this reason; the words and the advice."""
    verdict = judge(answer, sent=1)
    assert (answer.status, answer.never_connected) == (None, True)
    assert (verdict.kind, verdict.evidence.error_text) == (Kind.WAIT, reason)
    assert verdict.stop_reason is StopReason.UNREACHABLE
    return f"{verdict.meaning} {verdict.advice}"


# certificates


class Authority:
    """An authority that no machine knows, and certificates for 127.0.0.1 that it signs."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Company CA")])
        self.certificate = self._sign(self.name, self.key, x509.BasicConstraints(ca=True, path_length=None), days=9)

    def put_into(self, folder: Path) -> None:
        """Under the name that OpenSSL looks for: the beginning of the hash of the subject, in lower case."""
        text = b"company ca"
        of_value = b"\x06\x03\x55\x04\x03" + b"\x0c" + bytes([len(text)]) + text
        of_pair = b"\x30" + bytes([len(of_value)]) + of_value
        digest = hashlib.sha1(b"\x31" + bytes([len(of_pair)]) + of_pair, usedforsecurity=False).digest()
        name = f"{int.from_bytes(digest[:4], 'little'):08x}.0"
        (folder / name).write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _sign(self, name: x509.Name, key: Any, extension: Any, *, days: int, critical: bool = True) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder(subject_name=name, issuer_name=self.name, public_key=key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).add_extension(extension, critical=critical)
        start = now - datetime.timedelta(days=30)
        builder = builder.not_valid_before(start).not_valid_after(now + datetime.timedelta(days=days))
        return builder.sign(self.key, hashes.SHA256())

    def server_side(self, folder: Path, *, address: str = "127.0.0.1", days: int = 9) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
        certificate = self._sign(name, key, names, days=days, critical=False)
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        file = folder / "server.pem"
        file.write_bytes(key.private_bytes(*form) + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


async def succeed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(response(SUCCESS))
    await writer.drain()


def ask_over_tls(context: ssl.SSLContext) -> Answer:
    async def run() -> Answer:
        listening = await asyncio.start_server(succeed, "127.0.0.1", 0, ssl=context)
        async with listening:
            return await ask(f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}")

    return asyncio.run(run())


def test_an_unknown_authority_is_told_with_the_variable_that_is_read(authority: Authority, tmp_path: Path) -> None:
    words = assert_unsent(ask_over_tls(authority.server_side(tmp_path)), Reason.CERTIFICATE_REFUSED)
    assert "does not trust" in words
    assert "SSL_CERT_FILE" in words
    assert "REQUESTS_CA_BUNDLE" in words


def test_a_company_s_authority_that_ssl_cert_file_names_is_trusted(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "company.pem"
    file.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert ask_over_tls(authority.server_side(tmp_path)).status == 200
    other = assert_unsent(ask_over_tls(authority.server_side(tmp_path, address="10.0.0.1")), Reason.CERTIFICATE_REFUSED)
    assert "another host's" in other
    expired = assert_unsent(ask_over_tls(authority.server_side(tmp_path, days=-2)), Reason.CERTIFICATE_REFUSED)
    assert "clock" in expired


@pytest.mark.parametrize("with_file", [False, True])
def test_a_company_s_authority_in_a_folder_that_ssl_cert_dir_names_is_trusted_beside_a_file_of_others(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_file: bool
) -> None:
    authority.put_into(tmp_path)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    if with_file:
        monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    assert ask_over_tls(authority.server_side(tmp_path)).status == 200


def test_authorities_are_read_once_and_again_when_the_file_has_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "authorities.pem"
    first, end, others = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----\n")
    file.write_text(first + end)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    known = tls_context()
    assert tls_context() is known
    file.write_text(first + end + "".join(others.partition(end)[:2]))
    os.utime(file, (1, 1))
    assert tls_context().cert_store_stats()["x509_ca"] == 2


def test_without_a_variable_the_system_s_own_authorities_are_trusted() -> None:
    assert isinstance(tls_context(), truststore.SSLContext)


def test_authorities_stand_in_several_folders_as_openssl_reads_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", f"/nowhere/at/all:{tmp_path}")
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    assert tls_context().verify_mode is ssl.CERT_REQUIRED
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere/at/all:/nor/here")
    with pytest.raises(ConfigurationError, match="SSL_CERT_DIR cannot be used"):
        tls_context()


@pytest.mark.parametrize("content", [b"", b"\x30\x82\x01\x0a", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_of_no_authorities_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "company.crt"
    file.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE cannot be used"):
        tls_context()


def test_a_machine_without_authorities_gets_those_of_certifi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.destinations.meta.network._system_has_authorities", lambda: False)
    assert tls_context().cert_store_stats()["x509_ca"] > 100


# the proxy


def answering(head: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"CONNECT ")
        if head:
            writer.write(head)
            await writer.drain()
            await asyncio.Event().wait()

    return talk


async def hanging(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


def ask_through(talk: Talk, monkeypatch: pytest.MonkeyPatch, *, timeout_s: float = 5) -> Answer:
    async def run() -> Answer:
        async with server(talk) as port:
            monkeypatch.setenv("HTTPS_PROXY", f"http://user:{CANARY}@127.0.0.1:{port}")
            return await ask("https://graph.example", timeout_s=timeout_s)

    return asyncio.run(run())


NO_BODY = b"\r\nContent-Length: 0\r\n\r\n"
PROXIES: dict[str, tuple[bytes, str]] = {
    "a login": (b"HTTP/1.1 407 Proxy Authentication Required" + NO_BODY, "407: it asks for a login"),
    "a ban": (b"HTTP/1.1 403 Forbidden" + NO_BODY, "403: it does not allow"),
    "a gateway that reaches nobody": (
        b"HTTP/1.1 502 Bad Gateway" + NO_BODY,
        "502: it could not reach",
    ),
    "a redirect": (b"HTTP/1.1 302 Found\r\nLocation: http://portal.example\r\n\r\n", "302: it does not allow"),
}


@pytest.mark.parametrize("kind", PROXIES)
def test_a_proxy_that_refuses_is_told_with_its_status_and_without_its_address(
    kind: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    head, words = PROXIES[kind]
    answer = ask_through(answering(head), monkeypatch)
    assert words in assert_unsent(answer, Reason.PROXY_REFUSED)
    assert CANARY not in told(answer) + caplog.text
    assert "127.0.0.1" not in told(answer)


def test_a_proxy_that_hangs_up_at_once_has_got_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_unsent(ask_through(answering(b""), monkeypatch), Reason.NEVER_CONNECTED)


def test_a_proxy_that_never_answers_has_got_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    words = assert_unsent(ask_through(hanging, monkeypatch, timeout_s=0.4), Reason.CONNECT_TIMEOUT)
    assert "the proxy" in words.lower()


def test_a_proxy_where_nothing_listens_or_that_has_no_such_name_is_told_as_the_proxy_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{CANARY}@127.0.0.1:{free}")
    refused = assert_unsent(asyncio.run(ask("https://graph.example")), Reason.CONNECTION_REFUSED)
    monkeypatch.setenv("HTTPS_PROXY", f"http://{CANARY}.invalid:3128")
    answer = asyncio.run(ask("https://graph.example"))
    assert all("proxy" in words for words in (refused, assert_unsent(answer, Reason.NAME_NOT_FOUND)))
    assert CANARY not in told(answer)


# no proxy


def test_a_name_that_nobody_knows_is_told_with_the_setting() -> None:
    words = assert_unsent(asyncio.run(ask("https://graph.invalid")), Reason.NAME_NOT_FOUND)
    assert "graph.invalid" in words
    assert "CONNECTOR_META_BASE_URL" in words


def test_a_port_where_nothing_listens_is_told_with_its_number() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    assert f"127.0.0.1:{free}" in assert_unsent(asyncio.run(ask(f"http://127.0.0.1:{free}")), Reason.CONNECTION_REFUSED)


def test_a_server_that_never_shakes_hands_is_told_as_a_timeout() -> None:
    async def run() -> Answer:
        async with server(hanging) as port:
            return await ask(f"https://127.0.0.1:{port}", timeout_s=0.4)

    assert_unsent(asyncio.run(run()), Reason.CONNECT_TIMEOUT)


def test_a_server_that_speaks_no_tls_is_told_as_such() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async def run() -> Answer:
        async with server(talk) as port:
            return await ask(f"https://127.0.0.1:{port}")

    assert_unsent(asyncio.run(run()), Reason.TLS_FAILED)


# NO_PROXY


def goes_by_proxy(address: str) -> bool:
    async def look() -> bool:
        async with open_client(30, 1) as client:
            way: Any = client._transport
            return way.proxy_for(httpx.URL(address)) is not None

    return asyncio.run(look())


@pytest.mark.parametrize(
    ("entries", "host", "is_proxied"),
    [
        (ORBSTACK, "graph.facebook.com", True),
        ("157.240.0.0/16,10.0.0.0/8", "157.240.7.35", False),
        ("157.240.0.0/16", "158.240.7.35", True),
        ("2a03:2880::/29", "[2a03:2881::1]", False),
        ("::ffff:10.0.0.1, graph.facebook.com", "graph.facebook.com", False),
        ("*.facebook.com", "graph.facebook.com", False),
        (ORBSTACK, "graph.orb.local", False),
        (ORBSTACK, "[fd07:b51a:cc66::7]", False),
        (ORBSTACK, "[fd08::7]", True),
        (ORBSTACK, "192.168.7.7", False),
        ("[fd07::1]:8443", "[fd07::1]:8443", False),
        ("[fd07::1]:8443", "[fd07::1]", True),
        ("facebook.com", "graph.facebook.com", False),
        (".facebook.com", "graph.facebook.com", False),
        ("facebook.com:443", "graph.facebook.com", False),
        ("facebook.com:8443", "graph.facebook.com", True),
        ("book.com", "graph.facebook.com", True),
        ("facebook.com.", "graph.facebook.com", False),
        (".facebook.com.:443", "graph.facebook.com", False),
        ("graph.facebook.com", "graph.facebook.com.", False),
        (".", "graph.facebook.com", True),
        ("GRAPH.Facebook.com", "graph.facebook.com", False),
        ("*", "graph.facebook.com", False),
        ("", "graph.facebook.com", True),
        (",, ,", "graph.facebook.com", True),
        ("fe80::%eth0,::ffff:0:0/96,300.1.1.1/8,[", "graph.facebook.com", True),
    ],
)
def test_no_proxy_is_read_entry_by_entry_and_no_entry_stops_the_client(
    entries: str, host: str, is_proxied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{CANARY}@proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", entries)
    assert goes_by_proxy(f"https://{host}/") is is_proxied


def test_what_a_file_of_windows_leaves_at_the_end_of_a_variable_is_dropped(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, tmp_path: Path
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128\r")
    monkeypatch.setenv("NO_PROXY", "internal.example,graph.example\r")
    assert [goes_by_proxy(f"https://{host}/") for host in ("graph.facebook.com", "graph.example")] == [True, False]
    file = tmp_path / "company.pem"
    file.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", f"{file}\r")
    assert tls_context().cert_store_stats()["x509_ca"] == 1
    monkeypatch.setenv("SSL_CERT_FILE", "\r")
    assert isinstance(tls_context(), truststore.SSLContext)


@pytest.mark.parametrize(
    "address", ["http://[fd07::1]:3128", "[fd07::1]:3128", "proxy:3128", "HTTP://Proxy.example:80"]
)
def test_a_proxy_is_an_address_with_or_without_its_scheme(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    assert goes_by_proxy("https://graph.facebook.com/")


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize(
    "address",
    [f"socks5://u:{CANARY}@127.0.0.1:1080", f"socks5h://{CANARY}", "http://fd07::1:3128", f"http://u:{CANARY}/x@p:1"],
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable_and_never_repeated(
    address: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, address)
    with pytest.raises(ConfigurationError, match=f"{variable.upper()} cannot be used") as caught:
        goes_by_proxy("https://graph.facebook.com/")
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_this_machine_is_never_asked_through_a_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")
    assert not goes_by_proxy(f"http://{host}:8000/")
    assert goes_by_proxy("https://graph.facebook.com/")


# what answers in place of Meta


def test_a_block_page_that_is_longer_than_any_answer_of_meta_s_is_still_a_block_page() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(response(b"<html>" + b"x" * (2 << 20), status=b"403 Forbidden"))
        await writer.drain()

    async def run() -> Answer:
        async with server(talk) as port:
            return await ask(f"http://127.0.0.1:{port}")

    verdict = judge(asyncio.run(run()), sent=1)
    assert (verdict.kind, verdict.evidence.error_text) == (Kind.WAIT, Reason.INTERMEDIARY_ANSWER)


LYING = {
    "a 302 to a portal": (b"302 Found", Kind.WAIT),
    "a 403": (b"403 Forbidden", Kind.WAIT),
    "a 503 of Squid": (b"503 Service Unavailable", Kind.UNCONFIRMED),
    "a 200": (b"200 OK", Kind.UNCONFIRMED),
}


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("kind", LYING)
def test_a_body_in_a_coding_that_it_is_not_in_is_no_answer_of_meta_s(kind: str, coding: str) -> None:
    status, expected = LYING[kind]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        head = status + b"\r\nContent-Encoding: " + coding.encode()
        writer.write(response(b"<html>login</html>", status=head))
        await writer.drain()

    async def run() -> Answer:
        async with server(talk) as port:
            return await ask(f"http://127.0.0.1:{port}")

    assert judge(asyncio.run(run()), sent=1).kind is expected
