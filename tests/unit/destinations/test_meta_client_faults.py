"""The wire against a real server on this machine that breaks off at every step."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest
from pydantic import SecretStr

from connector.destinations.meta.client import Answer, Client, open_client
from tests.unit.destinations.meta_events import event
from tests.unit.destinations.meta_server import (
    PAYLOADS,
    SUCCESS,
    Talk,
    assert_unconfirmed,
    read_request,
    response,
    send,
    send_to,
    server,
)


def test_a_request_arrives_whole_and_its_answer_comes_back() -> None:
    requests: list[tuple[bytes, bytes]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await read_request(reader))
        writer.write(response(SUCCESS))
        await writer.drain()

    answer = send(talk)
    assert (answer.status, answer.body, answer.never_connected) == (200, SUCCESS, False)
    ((head, body),) = requests
    assert head.startswith(b"POST /v26.0/123/events HTTP/1.1\r\n")
    assert json.loads(body) == {"data": [event()]}


def test_a_connection_is_kept_for_the_next_request() -> None:
    connections: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        for _ in range(3):
            await read_request(reader)
            writer.write(response(SUCCESS))
            await writer.drain()

    answers = send_to(lambda port: f"http://127.0.0.1:{port}", talk, times=3)
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert connections == [1]


def test_a_refused_connection_never_left_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise AssertionError("nobody connects here")

    (answer,) = send_to(lambda _: f"http://127.0.0.1:{free}", talk)
    assert (answer.status, answer.never_connected) == (None, True)


def test_a_server_that_speaks_no_tls_never_gets_a_request() -> None:
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65536))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    (answer,) = send_to(lambda port: f"https://127.0.0.1:{port}", talk)
    assert (answer.status, answer.never_connected) == (None, True)
    assert len(heard) == 1
    assert b"POST" not in heard[0]


def test_a_server_that_never_shakes_hands_never_gets_a_request() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    (answer,) = send_to(lambda port: f"https://127.0.0.1:{port}", talk, timeout_s=0.4)
    assert (answer.status, answer.never_connected) == (None, True)


async def reset_before_reading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def reset_after_the_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


async def reset_after_reading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.transport.abort()


async def close_after_reading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.close()
    await writer.wait_closed()


async def cut_off_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(response(SUCCESS[:20], length=len(SUCCESS)))
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def answer_that_is_no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"\x15\x03\x01 hello\r\n\r\n")
    await writer.drain()
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    "talk",
    [
        reset_before_reading,
        reset_after_the_head,
        reset_after_reading,
        close_after_reading,
        cut_off_answer,
        answer_that_is_no_http,
    ],
)
def test_a_connection_that_breaks_off_after_it_stood_leaves_the_events_unconfirmed(talk: Talk) -> None:
    assert_unconfirmed(send(talk))


async def hang_before_the_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await asyncio.Event().wait()


async def hang_within_the_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(response(SUCCESS[:20], length=len(SUCCESS)))
    await asyncio.Event().wait()


@pytest.mark.parametrize("talk", [hang_before_the_answer, hang_within_the_answer])
def test_a_server_that_hangs_leaves_the_events_unconfirmed_when_the_time_is_up(talk: Talk) -> None:
    assert_unconfirmed(send(talk, timeout_s=0.3))


def test_a_kept_connection_that_the_server_closes_under_the_next_request_leaves_it_unconfirmed() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(response(SUCCESS))
        await writer.drain()
        await reader.readuntil(b"\r\n\r\n")  # the next request has begun to arrive
        writer.transport.abort()

    first, second = send_to(lambda port: f"http://127.0.0.1:{port}", talk, times=2)
    assert first.status == 200
    assert_unconfirmed(second)


def test_after_a_broken_connection_the_next_request_gets_a_new_one() -> None:
    talks: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(1)
        await read_request(reader)
        if len(talks) > 1:
            writer.write(response(SUCCESS))
            await writer.drain()

    first, second = send_to(lambda port: f"http://127.0.0.1:{port}", talk, times=2)
    assert_unconfirmed(first)
    assert second.status == 200


def test_a_request_that_waits_for_the_only_connection_in_vain_never_left() -> None:
    async def run() -> tuple[Answer, Answer]:
        reading = asyncio.Event()

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            reading.set()
            await asyncio.Event().wait()

        async with server(talk) as port, open_client(0.4, 1) as client:
            wire = Client(
                client,
                base_url=f"http://127.0.0.1:{port}",
                api_version="v26.0",
                token=SecretStr("EAAB_token_example"),
                app_secret=None,
                test_event_code=None,
            )
            first = asyncio.ensure_future(wire.send("123", PAYLOADS))
            await reading.wait()
            second = await wire.send("123", PAYLOADS)
            return await first, second

    first, second = asyncio.run(run())
    assert_unconfirmed(first)
    assert (second.status, second.never_connected) == (None, True)
