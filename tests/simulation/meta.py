"""Meta by script, behind the real HTTP client: it takes events in, refuses them, or something happens on the way.

What it has taken in stays taken in, whether or not the answer arrives, and also when it is processed only after the
sender has given up.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.simulation.machine import Machine
    from tests.simulation.world import World

TIMEOUT_S = 30.0
POISON = "XTS"
"""A currency that our gate lets pass and Meta refuses."""
CUT = b'{"events_rec'
PORTAL = b"<html>please log in</html>"


@dataclass(eq=False, kw_only=True)
class Request:
    """One request as it left. `processed_at` is when Meta took its events in, None if it never did.

    `accepted_at` is when the sender was told so; `is_abandoned`: it did not wait for the answer as long as it may.
    """

    sync_id: str
    dataset_id: str
    keys: list[str]
    payloads: list[str]
    sent_at: float
    processed_at: float | None = None
    accepted_at: float | None = None
    is_abandoned: bool = False
    fate: str = ""


@dataclass
class Reply:
    """What travels back, after how many seconds; `status` 0 is a connection that breaks, None silence."""

    status: int | None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Meta:
    """The one Meta of a world. `refusing`: datasets whose token is dead, until the true time given."""

    world: World
    requests: list[Request] = field(default_factory=list)
    refusing: dict[str, float] = field(default_factory=dict)

    def receive(self, request: Request) -> tuple[float, float, Reply]:
        """What becomes of a request: seconds until it is processed, seconds until the answer is there, the answer."""
        faults, dice = self.world.faults, self.world.dice
        self.requests.append(request)
        arrives, answers = dice.uniform(0.01, 0.4), dice.uniform(0.01, 0.4)
        if faults.strikes("token dies"):
            self.refusing[request.dataset_id] = self.world.scheduler.now + dice.choice([10.0, 600.0, 90_000.0])
        if faults.strikes("request lost"):
            return self._spoiled(request, "lost before", arrives, dice.choice([0, None]))
        if faults.strikes("server error"):
            return self._spoiled(request, "server error", arrives, 500)
        if faults.strikes("page of a proxy"):
            return self._spoiled(request, "proxy", arrives, dice.choice([200, 403]), PORTAL)
        if faults.strikes("limit reached"):
            return self._limited(request, arrives)
        if faults.strikes("slow answer"):
            answers += dice.choice([5.0, 29.0, 45.0])
        if faults.strikes("late processing"):
            arrives += dice.choice([20.0, 40.0, 300.0])
        return self._processed(request, arrives, arrives + answers)

    def _spoiled(
        self, request: Request, fate: str, after: float, status: int | None, body: Any = None
    ) -> tuple[float, float, Reply]:
        request.fate = fate
        return -1.0, after, Reply(status, body)

    def _limited(self, request: Request, after: float) -> tuple[float, float, Reply]:
        code = self.world.dice.choice([4, 17, 613, 80004])
        regain = self.world.dice.choice([0, 0, 1, 10])
        usage = {"1": [{"call_count": 100, "estimated_time_to_regain_access": regain}]}
        headers = {"x-business-use-case-usage": json.dumps(usage)} if regain else {}
        request.fate = f"limit {code}"
        return -1.0, after, Reply(400, _error(code), headers)

    def _processed(self, request: Request, arrives: float, answers: float) -> tuple[float, float, Reply]:
        faults = self.world.faults
        refusal = self._refusal(request)
        if refusal is not None:
            request.fate = f"refused {refusal['error']['code']}"
            return -1.0, answers, Reply(400, refusal)
        sent, headers = len(request.keys), {}
        request.fate = "taken in"
        if faults.strikes("answer lost"):
            reply = Reply(self.world.dice.choice([0, None]))
        elif faults.strikes("server error after processing"):
            reply = Reply(self.world.dice.choice([500, 503]), _error(self.world.dice.choice([1, 2]), transient=True))
        elif faults.strikes("short count"):
            reply = Reply(200, {"events_received": sent - 1, "messages": []})
        elif faults.strikes("answer that is no JSON"):
            reply = Reply(200, CUT)
        else:
            if faults.strikes("limit announced"):
                percent = self.world.dice.choice([80, 97, 100])
                headers = {"x-app-usage": json.dumps({"call_count": percent})}
            reply = Reply(200, {"events_received": sent, "messages": [], "fbtrace_id": "A1"}, headers)
        if reply.status != 200 or not isinstance(reply.body, dict) or reply.body["events_received"] != sent:
            request.fate = "taken in, not told"
        return arrives, answers, reply

    def _refusal(self, request: Request) -> dict[str, Any] | None:
        """The error that a request earns; None if its events are taken in."""
        if not self.world.faults.are_over and self.refusing.get(request.dataset_id, 0.0) > self.world.scheduler.now:
            return _error(190)
        if any(
            json.loads(payload)["event_time"] > self.world.true_time().timestamp() + 60 for payload in request.payloads
        ):
            return _error(100, subcode=2804004)
        if any(f'"currency":"{POISON}"' in payload for payload in request.payloads):
            return _error(100, subcode=2804009)
        return None


def _error(code: int, *, subcode: int | None = None, transient: bool = False) -> dict[str, Any]:
    error = {"message": "localised text", "type": "OAuthException", "code": code, "is_transient": transient}
    return {"error": error | ({"error_subcode": subcode} if subcode else {})}


class Line(httpx.AsyncBaseTransport):
    """The way from one process to Meta, in the place of httpx's sockets."""

    def __init__(self, machine: Machine, sync_id: str) -> None:
        self._machine = machine
        self._sync_id = sync_id

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        machine, world = self._machine, self._machine.world
        machine.refuse_to_be_dead()
        body = await request.aread()
        if world.faults.strikes("no connection"):
            world.trace(machine.name, "no connection")
            await asyncio.sleep(world.dice.uniform(0.01, 3))
            raise httpx.ConnectError("nobody there")
        payloads = [json.dumps(one, separators=(",", ":")) for one in json.loads(body)["data"]]
        sent = Request(
            sync_id=self._sync_id,
            dataset_id=request.url.path.split("/")[-2],
            keys=[json.loads(payload)["event_id"] for payload in payloads],
            payloads=payloads,
            sent_at=world.scheduler.now,
        )
        arrives, answers, reply = world.meta.receive(sent)
        world.trace(machine.name, f"request {' '.join(sent.keys)}: {sent.fate}")
        if arrives >= 0:
            world.scheduler.at(world.scheduler.now + arrives, lambda: _take_in(world, sent))
        answered = asyncio.get_running_loop().create_future()
        if reply.status is not None:
            world.scheduler.at(world.scheduler.now + answers, lambda: _deliver(machine, answered, reply))
        machine.in_flight += 1
        try:
            await answered
        except asyncio.CancelledError:
            sent.is_abandoned = world.scheduler.now < sent.sent_at + TIMEOUT_S - 0.001
            raise
        finally:
            machine.in_flight -= 1
        if reply.status == 0:
            raise httpx.ReadError("reset by peer")
        if sent.fate == "taken in":
            sent.accepted_at = world.scheduler.now
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        return httpx.Response(reply.status or 0, headers=reply.headers, content=content)


def _take_in(world: World, request: Request) -> None:
    request.processed_at = world.scheduler.now
    world.trace("meta", f"takes in {' '.join(request.keys)}")


def _deliver(machine: Machine, answered: asyncio.Future[None], reply: Reply) -> None:
    if not machine.is_dead and not machine.loop.is_closed():
        machine.loop.call_soon_threadsafe(lambda: None if answered.done() else answered.set_result(None))
