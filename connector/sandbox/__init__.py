"""A local Meta: answers `POST /vNN.0/{dataset}/events` by the rules of docs/meta-api.md §13 and says what it saw.

    server            the app, serving it, and a running one for tests
    routes  graph     which paths there are; one call judged, stored and answered
    controls  page    what it can be asked and told under `/__sandbox`; what it saw, for people
    calls  tokens     a request as plain values; the registry: status, scopes, proof
    rules             the table: name, check, answer, fidelity, source
    request_rules  event_rules  the checks, functions of plain values
    refusals          the error envelope; the answers of the rules, their German
    store  columns    what was received, compactly; which copies count
    deduplication     the same, as functions of plain values
    summary           what it adds up to
    reading           the paths that are read: nodes, reports
    stats  quality  insights    what each of them answers
    matching          which keys could match somebody, and the score
    parameters        field expansion, cursors, lists
    faults  usage     what may go wrong on purpose; how many calls are allowed, and the headers that tell
    amounts  config

It imports nothing of the sender: a misreading of Meta's rules must not be shared by both sides.
"""
