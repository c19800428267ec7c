"""The whole sender under a virtual clock and a seeded scheduler: docs/simulation.md.

scheduler   virtual time, and the one thread at a time that runs
event_loop  asyncio in virtual time, its ready callbacks in seeded order
machine     one process: its clocks, its threads, how it freezes and how it dies
database    a real DuckDB or PostgreSQL whose statements take time, fail, and read the virtual clock
meta        Meta by script, behind the real HTTP client
faults      which troubles a seed has, and how often
sender      one sync run, composed as `connector.app` composes it
promise     what must be true of the ledger and of Meta's receipts once trouble has ended
world       one seed from its beginning to its verdict
planted     bugs that a simulation worth its name must find
"""
