"""Carries conversions from the warehouse to Meta's Conversions API, and proves what arrived.

The rooms, top to bottom; imports point only downwards (checked by import-linter):

    cli  airflow               commands; DAG factories, the only room that imports airflow
    app                        one function a verb: the only opener of warehouses and clients
    report  sandbox            the page; a local Meta
    delivery                   claim -> read -> gate -> mark -> send -> settle -> prove
    insight                    what is read of the warehouse for people
    ledger  destinations       the tables that remember; all that is known of Meta
    warehouse                  a connection, its dialect, named queries, Arrow in and out
    model                      values in, values out
    settings  errors           the only reader of the environment; the error tree
"""

from importlib.metadata import version

__version__ = version("conversions-connector")
