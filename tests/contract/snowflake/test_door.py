"""How the sender gets into Snowflake: the key pair, the address, the driver. The stand-in lets everybody in."""

from __future__ import annotations

import socketserver
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import SecretStr

from connector import app
from connector.errors import ConfigurationError
from connector.model.checks import Mark
from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse
from tests.support.snowflake_stand_in import SnowflakeStandIn

PASSPHRASE = "canary-of-a-passphrase"


@pytest.fixture(scope="module")
def pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    locked = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked).decode()


def settings(url: str, **more: object) -> Settings:
    return Settings(warehouse_url=SecretStr(url), **more)  # type: ignore[arg-type]


def keyless(snowflake_stand_in: SnowflakeStandIn) -> str:
    """A URL without a password: the driver takes it with a key only."""
    return snowflake_stand_in.url(snowflake_stand_in.new_database()).replace("test:none@", "test@")


def test_a_key_opens_by_its_file_or_its_text(snowflake_stand_in: SnowflakeStandIn, pem: str, tmp_path: Path) -> None:
    url = keyless(snowflake_stand_in)
    file = tmp_path / "key.p8"
    file.write_text(pem)
    by_file = settings(url, snowflake_private_key_path=str(file), snowflake_private_key_passphrase=PASSPHRASE)
    by_text = settings(url, snowflake_private_key=pem, snowflake_private_key_passphrase=PASSPHRASE)
    for one in (by_file, by_text):
        with Warehouse.open(one) as warehouse:
            assert warehouse.rows("warehouse_clock")[0].now
            assert PASSPHRASE not in repr(warehouse.engine.url) + repr(one)
        told = app.dbt_environment(one)
        assert told["CONNECTOR_DBT_SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"] == PASSPHRASE
        assert told["CONNECTOR_DBT_SNOWFLAKE_ACCOUNT"] == "fakesnow"


@pytest.mark.parametrize(
    "key",
    [
        {"snowflake_private_key_path": "/nowhere/key.p8"},
        {"snowflake_private_key": "-----BEGIN PRIVATE KEY-----"},
    ],
)
def test_a_key_that_cannot_be_read_is_named_and_not_repeated(key: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="CONNECTOR_SNOWFLAKE_PRIVATE_KEY_PATH must name") as refused:
        Warehouse.open(settings("snowflake://me@account/db", **key))
    assert refused.value.__cause__ is None


def test_a_wrong_passphrase_is_named_and_not_repeated(pem: str) -> None:
    url = "snowflake://me@account/db"
    wrong = settings(url, snowflake_private_key=pem, snowflake_private_key_passphrase="wrong-one")
    with pytest.raises(ConfigurationError, match="CONNECTOR_SNOWFLAKE_PRIVATE_KEY_PASSPHRASE") as refused:
        Warehouse.open(wrong)
    assert "wrong-one" not in str(refused.value)


def test_plain_http_is_spoken_to_this_machine_only() -> None:
    with pytest.raises(ConfigurationError, match="only this machine may be contacted without TLS"):
        Warehouse.open(settings("snowflake://me:secret@account/db?host=192.0.2.1&port=80&protocol=http"))


@pytest.mark.parametrize(
    "more", ["/schema/S3cret", "?private_key_file=/S3cret.p8", "?protocol=https", "?login_timeout=S3cret"]
)
def test_what_cannot_be_read_of_a_url_is_a_setting_to_correct_and_is_not_repeated(more: str) -> None:
    with pytest.raises(ConfigurationError, match=r"WAREHOUSE_URL is not usable: .*PRIVATE_KEY_PATH") as refused:
        Warehouse.open(settings(f"snowflake://me:S3cret@account/db{more}"))
    assert "S3cret" not in str(refused.value)
    assert refused.value.__context__ is None


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[int]:
    """The port of a server whose certificate nobody signed but itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    begin = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + timedelta(days=9))
    file = tmp_path / "stranger.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    file.write_bytes(key.private_bytes(*form) + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    class Handshake(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), context.wrap_socket(self.request, server_side=True) as line:
                line.recv(1)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handshake) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_certificate_that_is_not_trusted_is_told_as_that_and_not_as_a_login(stranger: int) -> None:
    url = f"snowflake://me:secret@account/db?host=127.0.0.1&port={stranger}"
    with pytest.raises(ConfigurationError, match=r"the certificate shown for Snowflake .* REQUESTS_CA_BUNDLE"):
        Warehouse.open(settings(url))


def test_doctor_names_the_extra_of_a_driver_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "connector.warehouse.dialects.snowflake", raising=False)
    monkeypatch.setitem(sys.modules, "snowflake.connector", None)
    (opened, *_) = app.doctor(settings("snowflake://me@account/db", meta_base_url="http://127.0.0.1:1"))
    assert opened.mark is Mark.FAIL
    assert "pip install 'conversions-connector[snowflake]'" in opened.words
