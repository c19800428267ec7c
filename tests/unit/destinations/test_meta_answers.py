"""What an answer means: counted, refused, unreadable, or none at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.destinations.meta.answers import judge
from connector.destinations.meta.client import Answer
from connector.destinations.meta.reasons import Reason
from connector.model.stop_reasons import StopReason
from connector.model.verdicts import Kind
from tests.unit.destinations.meta_events import answer, refused

SUCCESS = {"events_received": 3, "messages": [], "fbtrace_id": "Ap15kJWFpVIhPbM7teS-bvX"}


def kind_and_reason(given_answer: Answer, sent: int = 3) -> tuple[Kind, str | None]:
    verdict = judge(given_answer, sent=sent)
    return verdict.kind, verdict.evidence.error_text


def test_a_200_that_counts_every_event_is_accepted_with_its_evidence() -> None:
    verdict = judge(answer(SUCCESS), sent=3)
    assert verdict.kind is Kind.ACCEPTED
    assert verdict.advice is None
    assert verdict.evidence.error_text is None
    assert (verdict.evidence.http_status, verdict.evidence.events_received) == (200, 3)
    assert (verdict.evidence.fbtrace_id, verdict.evidence.duration_ms) == ("Ap15kJWFpVIhPbM7teS-bvX", 12)


def test_a_200_without_messages_is_accepted() -> None:
    assert kind_and_reason(answer({"events_received": 3})) == (Kind.ACCEPTED, None)


@pytest.mark.parametrize("counted", [0, 2, 4, 1000])
def test_a_200_that_counts_another_number_of_events_is_unconfirmed(counted: int) -> None:
    verdict = judge(answer({"events_received": counted}), sent=3)
    assert (verdict.kind, verdict.evidence.error_text) == (Kind.UNCONFIRMED, Reason.COUNT_DIFFERS)
    assert verdict.evidence.events_received == counted


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"status": "ok", "code": 200},
        {"success": True},
        {"events_received": None},
        {"events_received": "3"},
        {"events_received": True},
    ],
)
def test_a_200_without_a_readable_count_is_unconfirmed(said: dict[str, Any]) -> None:
    assert kind_and_reason(answer(said), sent=1) == (Kind.UNCONFIRMED, Reason.COUNT_MISSING)


@pytest.mark.parametrize(
    "body",
    [b"", b'{"events_received":3,"mess', b"<html>ok</html>", b"[3]", b"3", b"\xff\xfe", b"[" * 100_000, b'"Service"'],
)
def test_a_200_whose_body_is_not_meta_s_json_is_unconfirmed(body: bytes) -> None:
    assert kind_and_reason(answer(body)) == (Kind.UNCONFIRMED, Reason.UNREADABLE_ANSWER)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>blocked</html>",
        b"[3]",
        b"\xff\xfe",
        b"{}",
        b'{"message":"Forbidden"}',
        b'{"error":"access_denied"}',
        b'{"error":{"code":403,"message":"Forbidden","status":"PERMISSION_DENIED"}}',
        b'{"error":{"code":429,"message":"Too Many Requests"},"path":"/"}',
    ],
)
@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 403, 404, 407, 408, 413, 429, 451, 499])
def test_a_redirect_or_a_4xx_that_is_not_graph_s_json_was_surely_not_processed(body: bytes, status: int) -> None:
    verdict = judge(answer(body, status=status), sent=3)
    assert (verdict.kind, verdict.evidence.error_text) == (Kind.WAIT, Reason.INTERMEDIARY_ANSWER)
    assert (verdict.stop_reason, verdict.evidence.error_code) == (StopReason.INTERMEDIARY, None)
    assert verdict.advice


def test_a_407_is_of_a_proxy_whatever_its_body_says_and_tells_where_its_login_belongs() -> None:
    verdict = judge(refused(190, status=407), sent=3)
    assert (verdict.kind, verdict.stop_reason) == (Kind.WAIT, StopReason.INTERMEDIARY)
    assert verdict.advice is not None
    assert "HTTPS_PROXY" in verdict.advice


def test_a_4xx_that_says_only_that_something_failed_inside_may_have_been_processed() -> None:
    for code in (1, 2, 5000):
        assert judge(answer({"error": {"code": code}}, status=400), sent=3).kind is Kind.UNCONFIRMED


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b"{}", b'{"events_received":3}', b'{"error":"down"}'])
@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_a_5xx_without_a_known_code_is_unconfirmed(body: bytes, status: int) -> None:
    assert kind_and_reason(answer(body, status=status)) == (Kind.UNCONFIRMED, Reason.META_FAILED)


@pytest.mark.parametrize("status", [201, 202, 204, 206])
def test_another_2xx_that_counts_every_event_is_not_believed(status: int) -> None:
    assert kind_and_reason(answer(SUCCESS, status=status)) == (Kind.UNCONFIRMED, Reason.UNEXPECTED_STATUS)


@pytest.mark.parametrize("status", [301, 307, 400, 404])
def test_a_count_without_a_success_status_is_not_believed(status: int) -> None:
    assert kind_and_reason(answer(SUCCESS, status=status)) == (Kind.UNCONFIRMED, Reason.UNREADABLE_ANSWER)


def test_a_count_and_an_error_in_one_body_contradict_each_other_and_are_unconfirmed() -> None:
    both = SUCCESS | {"error": {"code": 190}}
    assert kind_and_reason(answer(both)) == (Kind.UNCONFIRMED, Reason.UNREADABLE_ANSWER)


def test_no_answer_after_a_connection_is_unconfirmed() -> None:
    assert kind_and_reason(answer(status=None)) == (Kind.UNCONFIRMED, Reason.NO_ANSWER)


def test_no_connection_waits_and_says_what_to_check() -> None:
    verdict = judge(answer(status=None, never_connected=True), sent=3)
    assert (verdict.kind, verdict.evidence.error_text) == (Kind.WAIT, Reason.NEVER_CONNECTED)
    assert verdict.advice is not None
    assert "CONNECTOR_META_BASE_URL" in verdict.advice


@pytest.mark.parametrize(
    "error", ["text", None, [], {}, {"code": None}, {"code": "abc"}, {"code": 1.5}, {"code": True}]
)
def test_a_200_with_an_error_without_a_code_is_unconfirmed(error: Any) -> None:
    assert kind_and_reason(answer({"error": error})) == (Kind.UNCONFIRMED, Reason.UNREADABLE_ANSWER)


def test_a_code_beyond_the_ledger_s_column_is_not_taken_for_one() -> None:
    for code in (10**30, 2**31, -(2**31) - 1):
        assert judge(refused(code), sent=3).evidence.error_code is None
        assert kind_and_reason(refused(code, status=500)) == (Kind.UNCONFIRMED, Reason.META_FAILED)
    assert judge(refused(2**31 - 1), sent=3).evidence.error_code == 2**31 - 1
    assert judge(refused(-(2**31)), sent=3).evidence.error_code == -(2**31)
    assert judge(refused(100, 10**30), sent=3).evidence.error_subcode is None


def test_a_code_that_comes_as_text_is_read() -> None:
    assert kind_and_reason(refused("190")) == (Kind.STOP, Reason.TOKEN_REFUSED)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500, 503])
@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [
        (4, None, Kind.WAIT),
        (80004, 2446079, Kind.WAIT),
        (190, 463, Kind.STOP),
        (100, 33, Kind.STOP),
        (100, 2804003, Kind.CONTENT),
        (2, None, Kind.UNCONFIRMED),
    ],
)
def test_a_known_code_means_the_same_under_every_status(
    code: int, subcode: int | None, kind: Kind, status: int
) -> None:
    assert judge(refused(code, subcode, status=status), sent=3).kind is kind


def test_an_unknown_code_with_a_4xx_may_be_about_an_event_and_stops_no_dataset() -> None:
    verdict = judge(refused(987654), sent=3)
    assert (verdict.kind, verdict.evidence.error_text) == (Kind.MAYBE_CONTENT, Reason.UNKNOWN_CODE)
    assert verdict.evidence.error_code == 987654
    assert verdict.advice


def test_an_unknown_code_that_meta_calls_transient_waits() -> None:
    assert kind_and_reason(refused(987654, is_transient=True)) == (Kind.WAIT, Reason.TRY_AGAIN_LATER)
    assert kind_and_reason(refused(100, is_transient=True)) == (Kind.WAIT, Reason.TRY_AGAIN_LATER)
    assert kind_and_reason(refused(987654, is_transient="true")) == (Kind.MAYBE_CONTENT, Reason.UNKNOWN_CODE)


@pytest.mark.parametrize("transient", [True, False])
@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("code", [987654, 100])
def test_an_unknown_code_with_a_5xx_is_unconfirmed_even_if_meta_calls_it_transient(
    code: int, status: int, transient: bool
) -> None:
    given_answer = refused(code, status=status, is_transient=transient)
    assert kind_and_reason(given_answer) == (Kind.UNCONFIRMED, Reason.META_FAILED)


def test_an_unknown_code_with_a_200_is_unconfirmed() -> None:
    assert kind_and_reason(refused(987654, status=200)) == (Kind.UNCONFIRMED, Reason.UNREADABLE_ANSWER)


@pytest.mark.parametrize("subcode", [None, 34, 1815356, 2804007, 2804057, 2804999])
def test_a_100_without_a_known_meaning_may_be_about_an_event_or_not(subcode: int | None) -> None:
    verdict = judge(refused(100, subcode), sent=3)
    assert (verdict.kind, verdict.evidence.error_text) == (Kind.MAYBE_CONTENT, Reason.PARAMETER_REFUSED)
    assert verdict.advice


@pytest.mark.parametrize("subcode", [None, 34])
def test_a_100_of_the_graph_method_type_stops_as_a_wrong_proof_does(subcode: int | None) -> None:
    verdict = judge(refused(100, subcode, type="GraphMethodException"), sent=3)
    assert (verdict.kind, verdict.evidence.error_text) == (Kind.STOP, Reason.PROOF_REFUSED)
    assert verdict.advice is not None
    assert "CONNECTOR_META_APP_SECRET" in verdict.advice


def test_no_unnamed_refusal_blames_the_token() -> None:
    advice = judge(refused(100), sent=3).advice
    assert advice is not None
    assert "token" not in advice
    assert "permission" not in advice


def test_an_event_of_the_future_is_refused_for_now_only() -> None:
    verdict = judge(refused(100, 2804004), sent=3)
    assert (verdict.kind, verdict.passes_with_time) == (Kind.CONTENT, True)
    assert not judge(refused(100, 2804003), sent=3).passes_with_time


def test_a_policy_block_stops_the_dataset_with_its_advice() -> None:
    verdict = judge(refused(368), sent=3)
    assert (verdict.kind, verdict.evidence.error_text) == (Kind.STOP, Reason.POLICY_BLOCK)
    assert verdict.advice is not None
    assert "Account Quality" in verdict.advice


@pytest.mark.parametrize("error_data", [{"blame_field_specs": [["data[0]"]]}, '{"blame_field_specs":[]}', "text", 7])
def test_error_data_may_be_anything(error_data: Any) -> None:
    assert judge(refused(100, 2804003, error_data=error_data), sent=3).kind is Kind.CONTENT


def test_no_identifier_in_a_text_of_meta_s_reaches_the_evidence_or_the_advice() -> None:
    secret = "canary@example.com"
    error = {
        "message": secret,
        "type": secret,
        "code": 100,
        "error_subcode": 2804009,
        "error_user_title": secret,
        "error_user_msg": secret,
        "error_data": secret,
        "fbtrace_id": secret,
    }
    for status in (200, 400, 500):
        verdict = judge(answer({"error": error, "fbtrace_id": secret}, status=status), sent=3)
        assert secret not in repr(verdict)
        assert verdict.evidence.fbtrace_id is None


def test_what_meta_says_is_kept_for_people_and_decides_nothing() -> None:
    told = {"error_user_title": "Zeitstempel zu alt", "error_user_msg": "Er liegt mehr als 7 Tage zurück."}
    verdict = judge(refused(100, 2804003, **told), sent=3)
    assert verdict.evidence.answer_text == "Zeitstempel zu alt: Er liegt mehr als 7 Tage zurück."
    assert verdict.evidence.error_text == Reason.EVENT_TOO_OLD
    assert judge(refused(100, 2804003), sent=3).kind is verdict.kind
    assert judge(answer(SUCCESS), sent=3).evidence.answer_text is None


@pytest.mark.parametrize("trace", ["", "a b", "x" * 65, "<script>", "A\n", 5, None])
def test_a_trace_id_of_another_shape_is_dropped(trace: Any) -> None:
    assert judge(answer(SUCCESS | {"fbtrace_id": trace}), sent=3).evidence.fbtrace_id is None


def test_the_trace_id_is_found_in_the_error_or_in_the_header() -> None:
    assert judge(refused(4), sent=3).evidence.fbtrace_id == "A6UyEgg_HdoiRX9"
    page = answer(b"<html>", status=502, headers={"x-fb-trace-id": "BCDe12"})
    assert judge(page, sent=3).evidence.fbtrace_id == "BCDe12"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "events_received": json_values | st.just(3),
        "fbtrace_id": json_values,
        "error": json_values
        | st.fixed_dictionaries(
            {"code": json_values | st.sampled_from([1, 4, 100, 190, 200])},
            optional={
                "error_subcode": json_values | st.sampled_from([33, 2804003]),
                "is_transient": json_values,
                "type": json_values | st.just("GraphMethodException"),
                "fbtrace_id": json_values,
                "error_data": json_values,
            },
        ),
    },
)
bodies = st.binary(max_size=200) | (envelopes | json_values).map(lambda value: json.dumps(value).encode())


@given(body=bodies, status=st.none() | st.integers(100, 599), never_connected=st.booleans(), sent=st.integers(1, 1000))
def test_every_answer_is_judged_and_only_a_200_that_counts_right_is_accepted(
    body: bytes, status: int | None, never_connected: bool, sent: int
) -> None:
    verdict = judge(answer(body, status=status, never_connected=never_connected), sent=sent)
    if verdict.kind is Kind.ACCEPTED:
        said = json.loads(body)
        assert (status, said["events_received"]) == (200, sent)
        assert "error" not in said
    else:
        assert verdict.evidence.error_text in set(Reason)
    if verdict.kind in (Kind.STOP, Kind.MAYBE_CONTENT):
        assert verdict.advice
        assert verdict.evidence.error_code is not None


@given(cut=st.integers(0, 70))
def test_a_success_cut_off_anywhere_is_unconfirmed(cut: int) -> None:
    whole = json.dumps(SUCCESS).encode()
    assert judge(answer(whole[: min(cut, len(whole) - 1)]), sent=3).kind is Kind.UNCONFIRMED
