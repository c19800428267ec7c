"""Reading a claimed chunk back as Arrow, batch by batch."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from connector.model.batches import LoadedBatch

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from connector.warehouse.warehouse import Params, Warehouse

ROWS_AT_A_TIME = 2_048
"""As many as DuckDB works on at once, so that it need not gather larger pieces."""
BATCHES_AT_A_TIME = 64
"""So many are sorted and held at once, or as many as READ_BYTES hold."""
READ_BYTES = 128 << 20
"""A read of several batches that turns out to be larger is begun again with fewer: events may be of 100 kB each."""
TEXTS = ("event_name", "event_id", "absence", "currency")


def loaded_batches(warehouse: Warehouse, sync_id: str, batch_nos: range) -> Generator[LoadedBatch, None, None]:
    """The batches of a chunk in order. A row that turned up twice since the claim is kept once, as changed."""
    if not warehouse.dialect.reads_in_parts:
        yield from _batches_of(_streamed(warehouse, _asked(sync_id, batch_nos)))
        return
    at_a_time = BATCHES_AT_A_TIME
    while batch_nos:
        table = _read(warehouse, _asked(sync_id, batch_nos[:at_a_time]), most=READ_BYTES if at_a_time > 1 else None)
        if table is None:
            at_a_time = max(1, at_a_time // 8)
            continue
        batch_nos = batch_nos[at_a_time:]
        if table.nbytes < READ_BYTES // 16:
            at_a_time = min(2 * at_a_time, BATCHES_AT_A_TIME)
        batches = _batches_of(iter([table]))
        del table  # with the last of its batches it is gone
        yield from batches


def _asked(sync_id: str, batch_nos: range) -> Params:
    return {"sync_id": sync_id, "first_batch_no": batch_nos[0], "last_batch_no": batch_nos[-1]}


def _streamed(warehouse: Warehouse, params: Params) -> Generator[pa.Table, None, None]:
    """What is claimed as tables sorted by batch and position; a batch may go on in the next table."""
    with warehouse.stream("read_chunk", params, rows=ROWS_AT_A_TIME, within="1 = 1") as reader:
        yield from (pa.Table.from_batches([arrived]) for arrived in reader)


def _read(warehouse: Warehouse, params: Params, *, most: int | None) -> pa.Table | None:
    """The same as one table; None as soon as it has more than `most` bytes."""
    span = warehouse.rows("span_of_batches", params)[0]
    within = "1 = 1" if span.timeless else "{within_span}"
    times = {} if span.timeless else {"earliest": span.earliest, "latest": span.latest}
    arrived, size = [], 0
    with warehouse.stream("read_chunk", params | times, rows=ROWS_AT_A_TIME, within=within, in_order="") as reader:
        for part in reader:
            arrived.append(part)
            size += part.nbytes
            if most is not None and size > most:
                return None
        read = pa.Table.from_batches(arrived, schema=reader.schema)
    # Arrow sorts the places and fetches the rows once; the warehouse would carry the payloads through its sort
    return read.take(pc.sort_indices(read, [("batch_no", "ascending"), ("position", "ascending")]))


def _batches_of(tables: Iterator[pa.Table]) -> Generator[LoadedBatch, None, None]:
    held: pa.Table | None = None
    for table in tables:
        held = table if held is None else pa.concat_tables([held, table])
        *whole, held = _by_batch(held)
        for batch in whole:
            yield _loaded(batch)
    if held is not None and held.num_rows:
        yield _loaded(held)


def _by_batch(table: pa.Table) -> list[pa.Table]:
    """Split a table sorted by batch_no into one table a batch; the last one may not be complete yet."""
    numbers = table["batch_no"].to_pylist()
    starts = [place for place, number in enumerate(numbers) if place == 0 or number != numbers[place - 1]]
    return [
        table.slice(start, stop - start) for start, stop in zip(starts, [*starts[1:], len(numbers)], strict=True)
    ] or [table]


def _loaded(table: pa.Table) -> LoadedBatch:
    positions = table["position"].to_pylist()
    twice: set[int] = set()
    if positions != list(range(len(positions))):
        twice = {position for place, position in enumerate(positions) if place and positions[place - 1] == position}
    if twice:
        table = table.take([place for place, at in enumerate(positions) if place == 0 or positions[place - 1] != at])
    payloads = _bytes(table["payload"])
    texts = {name: table[name].cast(pa.large_string()).to_pylist() for name in TEXTS}
    for position in twice:
        payloads[position], texts["absence"][position] = None, "row_changed"
    return LoadedBatch(
        batch_no=table["batch_no"][0].as_py(),
        dataset_id=table["dataset_id"].cast(pa.large_string())[0].as_py(),
        payloads=payloads,
        absences=texts["absence"],
        event_names=texts["event_name"],
        event_ids=texts["event_id"],
        event_times=_seconds(table["event_time"]),
        values=table["value"].cast(pa.float64()).to_pylist(),
        currencies=texts["currency"],
        deadlines=_seconds(table["deadline_at"]),
    )


def _bytes(column: pa.ChunkedArray) -> list[bytes | None]:
    """What `to_pylist` would give, several times faster: slices of Arrow's own buffer."""
    found: list[bytes | None] = []
    for chunk in column.cast(pa.large_binary()).chunks:
        _, offsets, data = chunk.buffers()
        bounds = memoryview(offsets).cast("q")[chunk.offset : chunk.offset + len(chunk) + 1].tolist()
        view = memoryview(data or b"")
        found += [bytes(view[start:stop]) for start, stop in pairwise(bounds)]
        for place in pc.indices_nonzero(chunk.is_null()).to_pylist() if chunk.null_count else ():
            found[place - len(chunk)] = None
    return found


def _seconds(column: pa.ChunkedArray) -> list[int | None]:
    """Timestamps without zone, in UTC, as whole seconds since 1970."""
    seconds: list[int | None] = column.cast(pa.timestamp("s"), safe=False).cast(pa.int64()).to_pylist()
    return seconds
