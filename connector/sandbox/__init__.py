"""A local Meta: answers `POST /vNN.0/{dataset}/events` by the contract's rules and says what it saw.

    server            the app, serving it, and a running one for tests
    graph  inspection the Graph paths; the `/__sandbox` paths
    seen  summary     what was received, compactly; what it adds up to
    rules             the table: name, check, answer, fidelity, source
    request_rules  event_rules  the checks, functions of plain values
    deduplication     which copies count, functions of plain values
    calls  bodies     a request as plain values; JSON, form and multipart
    refusals          the error envelope
    amounts  config  clock  faults

It imports neither `meta` nor `sync`: a misreading of the contract must not be shared by both sides.
"""
