"""A long first sync, stopped and killed again and again, ends with every event accepted and in bounded memory."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from tests.benchmarks import warehouses
from tests.support.forms import EVERYTHING
from tests.support.tally import ROWS, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENTS = 5_000_000 if EVERYTHING else 30_000
BATCH = 1_000 if EVERYTHING else 100
STOPS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGKILL)
MOST_MB = 1_100
"""DuckDB may take 512 MB; the rest is what is read, prepared and under way, and the interpreter with its libraries."""
EVENT_ID = re.compile(rb'"event_id":"order-(\d+)"')


@dataclass
class Receiver:
    """A server that remembers how often it received each event, and stops its sender at a request of its choice."""

    receipts: bytearray
    requests: int = 0
    strike_at: int = -1
    blow: int = 0
    victim: subprocess.Popen[bytes] | None = None
    peaks_mb: list[float] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                body = await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
                writer.write(self.take_in(body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def take_in(self, body: bytes) -> bytes:
        numbers = [int(number) for number in EVENT_ID.findall(body)]
        for number in numbers:
            self.receipts[number] += 1
        self.requests += 1
        self.look_at_victim()
        answer = b'{"events_received":%d,"messages":[],"fbtrace_id":"AbCdEf"}' % len(numbers)
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer

    def look_at_victim(self) -> None:
        if self.victim is None:
            return
        if self.requests % 10 == 0 or self.requests == self.strike_at:
            self.peaks_mb.append(peak_mb_of(self.victim.pid))
        if self.requests == self.strike_at:
            self.victim.send_signal(self.blow)


def peak_mb_of(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2]
    except FileNotFoundError:
        return 0.0
    return float(told.split()[0]) / 1024 if told else 0.0


@contextmanager
def listening(receiver: Receiver) -> Iterator[str]:
    """The address at which it takes requests, in a thread."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(receiver.talk, "127.0.0.1", 0, limit=1 << 22))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


def sync(receiver: Receiver, path: Path, address: str) -> int:
    """One `connector sync` to its end, whoever brings it about; its exit code."""
    settings = {
        "CONNECTOR_WAREHOUSE_URL": f"duckdb:///{path}",
        "CONNECTOR_META_BASE_URL": address,
        "CONNECTOR_META_ACCESS_TOKEN": "a-token",
        "CONNECTOR_META_DATASET_ID": "1234567890",
        "CONNECTOR_BATCH_SIZE": str(BATCH),
    }
    command = [sys.executable, "-m", "connector", "sync"]
    with subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.DEVNULL) as process:
        receiver.victim = process
        code = process.wait()
    receiver.victim = None
    return code


def test_a_long_first_sync_can_be_stopped_at_any_time_and_resumed_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.duckdb"
    warehouses.build(path, EVENTS)
    receiver = Receiver(bytearray(EVENTS))
    dice = random.Random(20261127)  # noqa: S311 - reproducible, not secret
    with listening(receiver) as address:
        for blow in STOPS:
            receiver.blow = blow
            receiver.strike_at = receiver.requests + dice.randint(1, EVENTS // BATCH // (len(STOPS) + 1))
            assert sync(receiver, path, address) == (-blow if blow == signal.SIGKILL else 0)
        assert sync(receiver, path, address) == 0

    with duckdb.connect(str(path)) as connection:
        states = connection.execute(
            "select state, count(*) from meta_conversions_ledger.conversion_states group by all"
        ).fetchall()
        doubtful = dict(
            connection.execute(
                "select cast(substr(event_id, 7) as integer), possible_receipts"
                " from meta_conversions_ledger.conversion_states where possible_receipts > 1"
            ).fetchall()
        )
    assert states == [("accepted", EVENTS)]
    assert receiver.receipts.count(0) == 0
    twice = [number for number, times in enumerate(receiver.receipts) if times > 1]
    assert [number for number in twice if receiver.receipts[number] > doubtful.get(number, 1)] == []
    assert max(receiver.peaks_mb) < MOST_MB
    ROWS.append(
        Row(
            trouble=f"stopped {len(STOPS)} times in {EVENTS:,} events, {max(receiver.peaks_mb):.0f} MB",
            warehouse="duckdb",
            senders=1,
            runs=len(STOPS) + 1,
            injected=len(STOPS),
            events=EVENTS,
            lost=0,
            silent_duplicates=0,
            twice=len(twice),
        )
    )
