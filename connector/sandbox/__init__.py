"""A local Meta: answers `POST /vNN.0/{dataset}/events` by the rules of docs/meta-api.md §13 and says what it saw.

    server            the app, serving it, and a running one for tests
    graph             the Graph paths
    inspection  controls    what it can be asked and told under `/__sandbox`
    page              what it saw, for people
    doors  reading    which door a path leads to; the ones that are read
    stats  quality  insights  reports  nodes    what each of them answers
    sources  score  attribution  action_types    what their figures are made of
    fields  paging    their parameters: field expansion, cursors, lists
    scenario          what Meta's side adds by itself
    seen  summary     what was received, compactly; what it adds up to
    rules             the table: name, check, answer, fidelity, source
    request_rules  event_rules  the checks, functions of plain values
    deduplication     which copies count, functions of plain values
    calls  bodies     a request as plain values; JSON, form and multipart
    refusals  wording  translations    the error envelope; the answers of the rules, their German
    faults  scripted_faults  connections    what may go wrong on purpose
    tokens            the registry: status, scopes, proof
    limits  usage     how many calls are allowed; the headers that tell
    matching          which keys could match somebody
    arrivals          how many events arrived in which minute
    amounts  config  clock

It imports nothing of the sender: a misreading of Meta's rules must not be shared by both sides.
"""
