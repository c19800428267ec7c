"""The engine of a sync: claim -> read -> screen -> mark -> send -> settle -> prove, over the two Protocols of `ports`.

ports      what it needs of a ledger and of a destination; app hands both in
run        the run itself: chunks, groups, the lease, and why it ended
preparing  what of a batch may be sent
sending    one batch to its final outcomes; retries of what was surely not processed
bisection  finding the refused events among the good ones
pacing     how long to wait, and when to end a run early
reasons    its own reason codes
proof      the report of a run
"""

from connector.delivery.proof import RunReport
from connector.delivery.reasons import describe
from connector.delivery.run import RunConfig, RunResult, SyncRun

__all__ = ["RunConfig", "RunReport", "RunResult", "SyncRun", "describe"]
