"""All that is known of Meta.

gate       may this event be sent?            identifiers  duplicates  plaintext
wire       one request, one answer            over httpx, and the only module that imports it
answers    what an answer means               rows  codes  subcodes: the table
limits     how long to pause before the next
reasons    our words for all of it, each with its meaning
"""
