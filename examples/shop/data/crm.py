"""Leads and the stages they went through."""

from random import Random

from examples.shop.data.goods import draw_currency
from examples.shop.data.ids import Ids
from examples.shop.data.people import draw_person, spell_country, spell_name
from examples.shop.data.shares import SHARES
from examples.shop.data.tables import Rows
from examples.shop.data.times import DAY, HOUR, MINUTE, MS, Moment, Times

# Each later stage, how many of the leads of the stage before reach it, and within what time.
_STAGES = (("qualified", 0.55, 2 * DAY), ("opportunity", 0.55, 3 * DAY), ("won", 0.40, 4 * DAY))
_WITH_VALUE = frozenset({"opportunity", "won"})


def add_leads(rng: Random, rows: Rows, ids: Ids, times: Times, *, moments: list[Moment]) -> None:
    """A lead for each moment, with the stages it has reached by now."""
    for moment in moments:
        lead_id = ids.take("L")
        person = draw_person(rng, lead_id)
        created = moment.at - MINUTE
        without_contact = rng.random() < SHARES.lead_without_contact
        meta_lead_id = None if without_contact else _meta_lead_id(rng)
        contact = (None, None) if without_contact else (person.email.text, person.phone)
        rows["crm_leads"].append(
            (lead_id, meta_lead_id, *contact, spell_name(rng, person.first), None if without_contact else person.last,
             spell_country(rng, person.place), times.calm(created))
        )  # fmt: skip
        currency = draw_currency(rng, person.place, SHARES.foreign_currency)
        expected = int(person.place.rate * rng.randrange(200, 9_000)) * 100
        _add_stages(rng, rows, times, lead_id, created, (expected, currency))


def _add_stages(rng: Random, rows: Rows, times: Times, lead_id: str, created: int, money: tuple[int, str]) -> None:
    # `times.later` never leaves the past: a lead is `new` as soon as it stands there.
    at = times.later(rng, created + MINUTE // 2, 5 * MINUTE)
    rows["crm_lead_stages"].append((lead_id, "new", times.calm(at), None, None))
    for stage, share, within in _STAGES:
        at += HOUR + int(rng.random() * within) // MS * MS
        if rng.random() >= share or at > times.now:
            return
        value, currency = money if stage in _WITH_VALUE else (None, None)
        rows["crm_lead_stages"].append((lead_id, stage, times.calm(at), value, currency))


def _meta_lead_id(rng: Random) -> str | None:
    """15 to 17 digits, most beyond what a float holds exactly; some exports put an `l:` in front."""
    if rng.random() >= SHARES.lead_id_known:
        return None
    if rng.random() < SHARES.lead_id_malformed:
        return str(rng.randrange(10**5, 10**9))
    digits = rng.choice((15, 16, 16, 17))
    lead_id = rng.randrange(10 ** (digits - 1), 10**digits)
    return f"l:{lead_id}" if rng.random() < 0.1 else str(lead_id)
