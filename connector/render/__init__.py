"""The answers of the verbs as sentences and tables, for the command line and for Airflow's logs alike.

answers   a plan, a run, a reading of Meta's figures, an alarm
plain     text as it is, on a terminal or in a log
"""
