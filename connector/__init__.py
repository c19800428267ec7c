"""Carries conversions from the warehouse to Meta's Conversions API, and proves what arrived.

The rooms, top to bottom; imports point only downwards (checked by import-linter):

    cli  airflow               commands; the only room that imports airflow
    job                        the one place where the edges are built
    report  sandbox  shop      the picture of the reconciliation; a local Meta; a made-up shop
    sync                       claim -> read -> gate -> mark -> send -> settle -> prove
    meta  warehouse            all that is known of Meta; all SQL
    batches outcomes conversions   values in, values out
    settings  errors           the only reader of the environment; the error tree
"""

from importlib.metadata import version

__version__ = version("conversions-connector")
