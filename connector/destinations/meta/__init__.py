"""All that is known of Meta.

gate       may this event be sent?            identifiers  duplicates  plaintext
wire       one request, one answer            over httpx, and the only module that imports it
answers    what an answer means               rows  codes  subcodes: the table
limits     how long to pause before the next
reasons    our words for all of it, each with its meaning

Reading Meta's own figures back:

figures    one figure of one subject, or one line of why not
stats  quality  insights   what each is asked for, and its rows
reading    asks, waits, asks again, follows cursors
refusals   what an answer to a question means
shapes     Meta's values as ours, exact and checked
"""
