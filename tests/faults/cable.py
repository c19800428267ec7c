"""A cable to a warehouse that can be cut."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class Cable:
    """Leads to the socket of a warehouse. While it is cut, what it carries is torn and every new connection with it."""

    upstream: str
    is_cut: bool = False
    carried: set[asyncio.StreamWriter] = field(default_factory=set)
    cuts: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        loop = asyncio.get_running_loop()
        self._cut = lambda for_s: loop.call_soon_threadsafe(self._tear, for_s)
        from_warehouse, to_warehouse = await asyncio.open_unix_connection(self.upstream)
        ends = {writer, to_warehouse}
        self.carried |= ends
        await asyncio.gather(_carry(reader, to_warehouse), _carry(from_warehouse, writer))
        self.carried -= ends

    def cut(self, for_s: float) -> None:
        """From another thread: no warehouse for so many seconds."""
        self._cut(for_s)

    def _tear(self, for_s: float) -> None:
        self.is_cut = True
        self.cuts += len(self.carried) // 2
        for end in self.carried:
            end.transport.abort()
        asyncio.get_running_loop().call_later(for_s, self._mend)

    def _mend(self) -> None:
        self.is_cut = False


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.CancelledError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
