"""The engine of a sync: claim -> read -> screen -> mark -> send -> settle -> prove, over the two Protocols of `ports`.

ports      what it needs of a ledger and of a destination; app hands both in
run        the run itself, and why it ended
results    what a run may do, and how it ended
feeding    claims and reads ahead of the sending
preparing  what of a batch may be sent
sending    one batch to its final outcomes; retries of what was surely not processed
parts      what one request carries
bisection  finding the refused events among the good ones
contrast   judging what was refused alone by a code that may be the dataset's
writing    group commit: marks, outcomes and the lease, one write after another
threads    where the warehouse is asked
pacing     how long to wait, who is next, and when to end a run early
reasons    its own reason codes
proof      the report of a run
"""

from connector.delivery.ports import Destination, Ledger
from connector.delivery.proof import RunReport
from connector.delivery.reasons import describe
from connector.delivery.results import RunConfig, RunResult
from connector.delivery.run import SyncRun

__all__ = ["Destination", "Ledger", "RunConfig", "RunReport", "RunResult", "SyncRun", "describe"]
