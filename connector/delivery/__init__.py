"""The sentence: claim -> read -> gate -> mark -> send -> settle -> prove, over two small Protocols (`ports`).

run        the sentence itself: chunks, groups, and why it ended
preparing  what of a batch may be sent, and what the gate refuses
sending    one batch to its final outcomes; retries of what was surely not processed
bisection  finding the events that Meta refuses among the good ones
pacing     how long to wait, and when to give up a run
"""
