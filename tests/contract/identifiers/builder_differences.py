"""Where Meta's Parameter Builder (capi-param-builder-python) takes another click or browser id than we do, and why.

It is the reference for `fbc` and `fbp`; unlike its sisters in other languages it hashes nothing.
`python -m tests.contract.identifiers.builder_differences` rewrites vectors/builder_differences.jsonl. A difference
that none of the reasons here explains stops it: explain it, or fix what is wrong.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from capi_param_builder import ParamBuilder

from tests.contract.identifiers.vector_files import VECTORS, read_lines
from tests.support.written_rule.unhashed_keys import EPOCH, is_click_id

FROZEN: Final = VECTORS / "builder_differences.jsonl"
COMPARED: Final = ("fbc", "fbclid", "fbp")
HOST: Final = "shop.example"
REASONS: Final = {
    "not the documented form": "the builder counts the dots of a cookie and reads none of its parts",
    "white space": "it comes with copied text; the builder sends it",
    "letters that no id has": "the builder takes whatever stands behind fbclid=, and in a cookie",
    "not of that time": "Meta's cookie lives 90 days and has no future; a browser drops it, a warehouse has it still",
    "the builder's own suffix": "it stands behind a URL that the builder made, and is no part of the click id",
    "a whole fbc": "the builder reads a click id of a URL only, and would make a click id of an fbc",
    "two clicks": "a good fbc that is given passes; the builder, which writes the cookie, takes the URL's click",
    "no click": "a word that scripts and exports write where there is no click; the builder sends it",
    "a URL in HTML": "&amp; is the & that it was; the builder finds no parameter fbclid",
    "a slash behind the id": "it is of the URL; the builder takes it for a letter of the id",
    "more than the id": "its name or a whole URL stands in the field of the id; the builder reads a URL's parameter",
    "no time": "nobody knows when the click was seen; the builder runs in that moment",
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    key: str
    given: str | None
    url: str | None
    builder: str | None
    ours: str | None
    input_class: str
    reason: str


def ids_of_request(
    at: datetime, *, host: str = HOST, url: str | None = None, cookies: dict[str, str] | None = None
) -> tuple[str | None, str | None]:
    """The fbc and fbp that the builder tells a server to send with an event of that moment."""
    builder = ParamBuilder()
    milliseconds = (at - EPOCH).total_seconds()
    with patch("capi_param_builder.param_builder.time.time", return_value=milliseconds):
        builder.process_request(host, parse_qs(urlsplit(url or "").query), cookies or {})
    return builder.get_fbc(), builder.get_fbp()


def differences() -> list[Difference]:
    vectors = [(key, values, expected) for key, values, expected in read_lines("unhashed.jsonl") if key in COMPARED]
    return [found for vector in vectors if (found := difference(*vector))]


def difference(key: str, values: list[str | None], ours: str | None) -> Difference | None:
    given, url, first_seen, event_time = (*values, None, None, None)[:4]
    if key == "fbclid":
        given, url = None, f"?fbclid={given}"
    at = datetime.fromisoformat(first_seen or event_time or "2026-01-01")
    made = without_appendix(answer(key, given, url, at))
    if made == (ours and without_appendix(ours)):
        return None
    kind = input_class(key, values, made, ours)
    reason = REASONS[kind]
    return Difference(key=key, given=values[0], url=url, builder=made, ours=ours, input_class=kind, reason=reason)


def answer(key: str, given: str | None, url: str | None, at: datetime) -> str | None:
    """Null too where a browser's id was not taken and a new one made up."""
    if key == "fbp":
        _, fbp = ids_of_request(at, cookies={"_fbp": given or ""})
        return fbp if fbp and given and fbp.startswith(given) else None
    return ids_of_request(at, url=url, cookies={"_fbc": given} if given else {})[0]


def without_appendix(made: str | None) -> str | None:
    """The builder marks all that passes it."""
    return re.sub(r"\.(?:[A-Za-z0-9_-]{8}|AQ|Ag|Aw|BA|BQ|Bg)\Z", "", made) if made else made


def input_class(key: str, values: list[Any], made: str | None, ours: str | None) -> str:
    given, url, first_seen, _ = (*values, None, None, None)[:4]
    if made and made.split(".")[3] == "fb":
        return "a whole fbc"
    if key != "fbp" and (found := class_of_click(given, url, made)):
        return found
    if given and given != given.strip():
        return "white space"
    if given and ours and without_appendix(given) == without_appendix(ours):
        return "two clicks"
    if made and without_appendix(made) == ours:
        return "the builder's own suffix"
    if ours is None and made and re.fullmatch(r"fb\.[0-9]+\.[0-9]{13}\.[A-Za-z0-9_-]+", made) and key != "fbp":
        return "not of that time" if first_seen or not url else "no time"
    if ours is None and made and re.match(r"fb\.[0-9]+\.[0-9]{13}\.", made):
        return "letters that no id has"
    if ours is None and made:
        return "not the documented form"
    message = f"no reason why the builder makes {made!a} and we {ours!a} of {values!a}"
    raise ValueError(message)


def class_of_click(given: str | None, url: str | None, made: str | None) -> str | None:
    """What is odd about how the click id stands in its column or URL."""
    click = made.split(".")[3] if made else ""
    if re.fullmatch(r"[\w-]+", click) and not is_click_id(click):
        return "no click"
    if given and "fbclid=" in given:
        return "more than the id"
    if url and "&amp;" in url:
        return "a URL in HTML"
    return "a slash behind the id" if made and made.endswith("/") else None


def frozen() -> list[Difference]:
    return [Difference(**json.loads(line)) for line in FROZEN.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    lines = [json.dumps(asdict(one)) + "\n" for one in differences()]
    FROZEN.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
