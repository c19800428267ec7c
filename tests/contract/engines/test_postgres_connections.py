"""How PostgreSQL is reached: whatever the password, whoever refuses, and after it has gone and come back."""

from __future__ import annotations

import secrets
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from connector import app
from connector.errors import ConfigurationError, ConnectorError, WarehouseUnavailable
from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse

CANARY = "canaryS3cret"
LEGAL = "".join(chr(number) for number in range(0x21, 0x7F)) + " äß漢"
"""Every character of a password that can be typed."""


def opened(url: str, **more: Any) -> Warehouse:
    return Warehouse.open(Settings(warehouse_url=SecretStr(url), **more))


def refusal(url: str) -> ConnectorError:
    """The error of opening that URL; nothing of the URL is in it, nor in what it was raised from."""
    with pytest.raises(ConnectorError) as caught:
        opened(url)
    assert CANARY not in str(caught.value)
    assert caught.value.__context__ is None
    return caught.value


@pytest.fixture(scope="module")
def role(postgres: str) -> Iterator[Callable[..., str]]:
    """Makes a role that must give its password, and answers its URL; the server keeps asking nobody else for one."""
    made: list[str] = []
    with psycopg.connect(postgres, autocommit=True) as connection:
        hba = Path(str(connection.execute("show hba_file").fetchone()[0]))  # type: ignore[index] # there is one
        before = hba.read_text()

        def make(password: str, *, rights: str = "") -> str:
            name = f"role_{secrets.token_hex(4)}"
            connection.execute(f"create role {name} login {rights} password {literal(password)}")
            made.append(name)
            hba.write_text(f"local all {','.join(made)} scram-sha-256\n{before}")
            connection.execute("select pg_reload_conf()")
            url = make_url(postgres).set(username=name, password=password)
            return url.render_as_string(hide_password=False)

        yield make
        hba.write_text(before)
        connection.execute("select pg_reload_conf()")
        for name in made:
            connection.execute(f"drop role {name}")


def literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@pytest.mark.parametrize("password", ["a+b", "%2B", "+ +", LEGAL])
def test_any_password_works_for_statements_and_for_bulk_reads(role: Callable[..., str], password: str) -> None:
    with opened(role(password)) as warehouse:
        with warehouse.transaction() as connection:
            assert connection.execute(text("select 1")).scalar_one() == 1
        with warehouse.dialect.stream(warehouse.engine, "select 2 as two", {}, rows=1) as reader:
            assert reader.read_all().to_pylist() == [{"two": 2}]


def test_what_only_a_person_mends_is_exit_3_and_names_it(role: Callable[..., str]) -> None:
    url = make_url(role(CANARY))
    cases = {
        url.set(password=f"{CANARY}-wrong"): "refused the password",
        make_url(role(CANARY, rights="valid until 'yesterday'")): "alter role .. valid until",
        url._replace(password=None): "asks for a password",
        url.set(username="nobody_of_that_name"): "knows no such role",
        url.set(database="no_such_database"): "no database of that name",
        url.update_query_dict({"options": "-c no_such_setting=1"}): "a parameter in the URL's options",
        url.update_query_dict({"options": CANARY}): "cannot read the URL's options",
        url.set(password="wrong").update_query_dict({"sslrootcert": f"/nowhere/{CANARY}.pem"}): "sslrootcert",
    }
    for one, words in cases.items():
        error = refusal(one.render_as_string(hide_password=False))
        assert isinstance(error, ConfigurationError), words
        assert words in str(error)


def test_a_role_at_its_connection_limit_is_exit_1(role: Callable[..., str]) -> None:
    error = refusal(role(CANARY, rights="connection limit 0"))
    assert isinstance(error, WarehouseUnavailable)
    assert "connection limit" in str(error)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"postgresql://u:{CANARY}@nowhere.invalid/d", "its host is not known here"),
        (f"postgresql://u:{CANARY}@127.0.0.1:9/d", "refuses connections"),
        (f"postgresql://u:{CANARY}@/d?host=/nowhere/at/all", "no server listens on the local socket"),
        (f"postgresql://u:{CANARY}@/d?host=127.0.0.1:9&host=nowhere.invalid", "none of the 2 hosts in the URL answers"),
    ],
)
def test_a_server_that_is_not_there_is_exit_1_and_told_by_how_it_is_missing(url: str, words: str) -> None:
    error = refusal(url)
    assert isinstance(error, WarehouseUnavailable)
    assert words in str(error)


@pytest.mark.parametrize(
    "parameter",
    [
        *("sslmode", "connect_timeout", "keepalives_idle", "tcp_user_timeout", "target_session_attrs", "port"),
        *("channel_binding", "gssencmode", "load_balance_hosts", "ssl_min_protocol_version", "client_encoding"),
        *("replication", "hostaddr", "require_auth"),
    ],
)
def test_a_parameter_with_a_value_that_it_cannot_have_is_refused_by_name(parameter: str) -> None:
    error = refusal(f"postgresql://u@/d?host=/nowhere/at/all&{parameter}={CANARY}")
    assert isinstance(error, ConfigurationError)
    assert f"{parameter} in CONNECTOR_WAREHOUSE_URL is not usable: it must be " in str(error)


@pytest.mark.parametrize("ports", ["0", "70000", "5432,x"])
def test_a_port_that_is_none_is_refused_by_name(ports: str) -> None:
    assert "port in CONNECTOR_WAREHOUSE_URL" in str(refusal(f"postgresql://u@/d?host=a&host=b&port={ports}"))


@pytest.mark.parametrize("ways", ["md5,!none", "md5,", "scram"])
def test_ways_to_authenticate_that_libpq_does_not_take_are_refused_by_name(ways: str) -> None:
    assert "require_auth in CONNECTOR_WAREHOUSE_URL" in str(refusal(f"postgresql://u@/d?require_auth={ways}"))


@pytest.mark.parametrize("host", ["", "&host=127.0.0.1"])
def test_a_service_that_is_not_defined_is_exit_3_and_one_that_does_not_answer_exit_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    services = tmp_path / "services.conf"
    services.write_text("[shop]\nhost=127.0.0.1\nport=9\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    error = refusal(f"postgresql://u:{CANARY}@/d?service={CANARY}{host}")
    assert isinstance(error, ConfigurationError)
    assert "the service that it names is not defined" in str(error)
    error = refusal(f"postgresql://u:{CANARY}@/d?service=shop{host}")
    assert isinstance(error, WarehouseUnavailable)
    assert "the service in the URL" in str(error)


def test_more_ports_than_hosts_are_refused() -> None:
    assert "each host has one" in str(refusal("postgresql://u@/d?host=127.0.0.1&port=5432,5433"))


@contextmanager
def front(answer: Callable[[socket.socket, bytes], None]) -> Iterator[int]:
    """Something that listens where a server should: it gets each start-up message, after it has refused TLS."""

    class Line(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while True:
                length = int.from_bytes(self.request.recv(4), "big")
                if length < 8:
                    return
                message = self.request.recv(length - 4)
                if length > 8:
                    answer(self.request, message)
                    return
                self.request.sendall(b"N")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def refuse(code: str) -> Callable[[socket.socket, bytes], None]:
    fields = b"SFATAL\0VFATAL\0C" + code.encode() + b"\0Mein Satz in der Sprache des Servers\0\0"
    return lambda line, _: line.sendall(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("57P03", WarehouseUnavailable, "starting up"),
        ("53300", WarehouseUnavailable, "connection limit"),
        ("53200", WarehouseUnavailable, "out of memory"),
        ("57P01", WarehouseUnavailable, "shut down"),
        ("57P02", WarehouseUnavailable, "restarting after a crash"),
        ("53100", WarehouseUnavailable, "disk is full"),
        ("57P05", WarehouseUnavailable, "57P05"),
        ("55000", ConfigurationError, "takes no connections"),
        ("08006", WarehouseUnavailable, "broke off"),
        ("28000", ConfigurationError, "pg_hba.conf"),
        ("42501", ConfigurationError, "grant connect"),
        ("XX000", ConfigurationError, "code XX000"),
    ],
)
def test_a_refusal_is_told_by_its_code_whatever_the_server_s_language(
    code: str, kind: type[ConnectorError], words: str
) -> None:
    with front(refuse(code)) as port:
        error = refusal(f"postgresql://u:{CANARY}@127.0.0.1:{port}/d")
    assert type(error) is kind
    assert words in str(error)
    assert "Sprache" not in str(error)


def test_a_proxy_that_hangs_up_is_exit_1() -> None:
    with front(lambda line, _: line.close()) as port:
        assert isinstance(refusal(f"postgresql://u:{CANARY}@127.0.0.1:{port}/d"), WarehouseUnavailable)


def test_a_server_without_the_tls_that_the_url_asks_for_is_exit_3() -> None:
    with front(refuse("57P03")) as port:
        error = refusal(f"postgresql://u:{CANARY}@127.0.0.1:{port}/d?sslmode=require")
    assert isinstance(error, ConfigurationError)
    assert "sslmode" in str(error)


@pytest.fixture
def pooler(new_database: Callable[[], str]) -> Iterator[str]:
    """A URL by way of what refuses the startup parameter options as PgBouncer does, and passes on everything else."""
    url = make_url(new_database())

    def pass_on(line: socket.socket, message: bytes) -> None:
        if b"\0options\0" in message:
            refuse("08P01")(line, message)
            return
        with closing(socket.socket(socket.AF_UNIX)) as server:
            server.connect(f"{url.query['host']}/.s.PGSQL.5432")
            server.sendall((len(message) + 4).to_bytes(4, "big") + message)
            back = threading.Thread(target=_copy, args=(server, line))
            back.start()
            _copy(line, server)
            back.join()

    with front(pass_on) as port:
        yield f"postgresql://{url.username}@127.0.0.1:{port}/{url.database}"


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while said := source.recv(65_536):
            target.sendall(said)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def test_a_pooler_that_refuses_startup_options_is_no_trouble(pooler: str) -> None:
    asked = "select current_setting('enable_nestloop') as loops, current_setting('TimeZone') as zone"
    with opened(pooler) as warehouse:
        with warehouse.transaction() as connection:
            assert tuple(connection.execute(text(asked)).one()) == ("off", "UTC")
        with warehouse.dialect.stream(warehouse.engine, asked, {}, rows=1) as reader:
            assert reader.read_all().to_pylist() == [{"loops": "off", "zone": "UTC"}]


def test_options_that_the_url_asks_for_and_a_pooler_refuses_are_named(pooler: str) -> None:
    error = refusal(f"{pooler}?options=-c%20work_mem%3D11MB")
    assert isinstance(error, ConfigurationError)
    assert "ignore_startup_parameters" in str(error)


def test_a_build_behind_a_pooler_that_refuses_options_is_told_before_dbt_runs(
    pooler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGOPTIONS", raising=False)
    settings = Settings(warehouse_url=SecretStr(pooler))
    with pytest.raises(ConfigurationError, match="set PGOPTIONS to nothing"), app.building(settings):
        pass
    monkeypatch.setenv("PGOPTIONS", "")
    with app.building(settings):
        assert "PGOPTIONS" not in app.dbt_environment(settings)


def test_options_of_the_url_reach_both_drivers(new_database: Callable[[], str]) -> None:
    url = make_url(new_database()).update_query_dict({"options": "-c work_mem=11MB -c enable_nestloop=on"})
    asked = "select current_setting('work_mem') as memory, current_setting('enable_nestloop') as loops"
    with opened(url.render_as_string(hide_password=False)) as warehouse:
        with warehouse.transaction() as connection:
            assert tuple(connection.execute(text(asked)).one()) == ("11MB", "on")
        with warehouse.dialect.stream(warehouse.engine, asked, {}, rows=1) as reader:
            assert reader.read_all().to_pylist() == [{"memory": "11MB", "loops": "on"}]


def test_the_second_of_two_hosts_is_reached_by_both_drivers(new_database: Callable[[], str]) -> None:
    url = make_url(new_database())
    two = url.set(query={"host": ("127.0.0.1:9", f"{url.query['host']}:5432")})
    with opened(two.render_as_string(hide_password=False)) as warehouse:
        with warehouse.transaction() as connection:
            assert connection.execute(text("select 1")).scalar_one() == 1
        with warehouse.dialect.stream(warehouse.engine, "select 2 as two", {}, rows=1) as reader:
            assert reader.read_all().to_pylist() == [{"two": 2}]


def test_a_statement_that_the_server_cancels_is_told_with_its_setting(new_database: Callable[[], str]) -> None:
    url = make_url(new_database()).update_query_dict({"options": "-c statement_timeout=50ms"})
    with (
        pytest.raises(ConnectorError, match="statement_timeout") as caught,
        opened(url.render_as_string(hide_password=False)) as warehouse,
        warehouse.transaction() as connection,
    ):
        connection.execute(text("select pg_sleep(9)"))
    assert caught.value.exit_code == 1


STOP = """
create function stop() returns int language plpgsql as $$
begin raise exception 'a row: {canary}' using errcode = '{code}'; end $$
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("53100", "its disk is full"),
        ("53200", "out of memory"),
        ("53400", "temp_file_limit"),
        ("25P03", "idle_in_transaction_session_timeout"),
        ("25P04", "transaction_timeout"),
    ],
)
def test_what_the_server_ran_out_of_in_the_middle_is_told_and_no_lost_connection(
    new_database: Callable[[], str], code: str, words: str
) -> None:
    url = new_database()
    with psycopg.connect(url) as other:
        other.execute(STOP.format(canary=CANARY, code=code))
    stopped = pytest.raises(WarehouseUnavailable, match=words)
    with stopped as caught, opened(url) as warehouse, warehouse.transaction() as connection:
        connection.execute(text("select stop()"))
    assert "connection to the warehouse was lost" not in str(caught.value)
    assert CANARY not in str(caught.value)


OTHERS = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""


def end_all_sessions(url: str) -> None:
    """What a restart does to them."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(OTHERS)


def test_what_follows_a_restart_gets_a_new_connection(new_database: Callable[[], str]) -> None:
    url = new_database()
    with opened(url) as warehouse:
        with warehouse.transaction() as connection:
            connection.execute(text("create table kept (one integer)"))
        end_all_sessions(url)
        with warehouse.transaction() as connection:
            assert connection.execute(text("show TimeZone")).scalar_one() == "UTC"


def restart_while_writing(warehouse: Warehouse, url: str) -> None:
    with warehouse.transaction() as connection:
        connection.execute(text("create table lost (one integer)"))
        end_all_sessions(url)
        connection.execute(text("insert into lost values (1)"))


def test_a_transaction_that_a_restart_broke_is_transient_and_the_next_one_works(
    new_database: Callable[[], str],
) -> None:
    url = new_database()
    with opened(url) as warehouse:
        with pytest.raises(DBAPIError) as caught:
            restart_while_writing(warehouse, url)
        assert warehouse.is_transient(caught.value)
        with warehouse.transaction() as connection:
            assert connection.execute(text("select to_regclass('lost')")).scalar_one() is None


def test_a_connection_that_was_lost_is_exit_1(new_database: Callable[[], str]) -> None:
    url = new_database()
    with pytest.raises(WarehouseUnavailable, match="connection to the warehouse was lost"), opened(url) as warehouse:
        restart_while_writing(warehouse, url)


def test_a_statement_that_cannot_work_is_not_transient(new_database: Callable[[], str]) -> None:
    with opened(new_database()) as warehouse:
        with pytest.raises(DBAPIError) as caught:
            warehouse.rows("lock_row")  # there is no ledger
        assert not warehouse.is_transient(caught.value)
