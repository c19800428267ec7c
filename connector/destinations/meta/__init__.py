"""All that is known of Meta.

destination  what delivery is handed: gate, client, answers and limits in one
gate         may this event be sent?            screening  identifiers  duplicates  plaintext
client       one request, one answer            over httpx, and the only module that opens it
answers      what an answer means               rows  codes  subcodes: the table
limits       how long to pause before the next request
reasons      the reason words, each with its meaning
checking     what `connector doctor` asks Meta  versions
tokens       how long a token lasts, before it fails

Reading Meta's own figures back:

figures                    one figure of one subject, or why it could not be read
stats  quality  insights   what each requests, and its rows
reading                    requests, waits, retries, follows cursors
refusals                   what an answer to a read request means
parse                      Meta's values as ours, exact and checked
"""

from connector.destinations.meta.checking import check_meta, check_settings
from connector.destinations.meta.client import open_client
from connector.destinations.meta.destination import MetaDestination
from connector.destinations.meta.figures import READ_TOKEN, read_figures
from connector.destinations.meta.gate import Gate
from connector.destinations.meta.reasons import describe
from connector.destinations.meta.tokens import check_tokens

__all__ = [
    "READ_TOKEN",
    "Gate",
    "MetaDestination",
    "check_meta",
    "check_settings",
    "check_tokens",
    "describe",
    "open_client",
    "read_figures",
]
