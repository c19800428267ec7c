"""A made-up shop, the whole way: raw tables, dbt, Airflow, a local Meta, the reconciliation. `python -m examples.shop`.

It uses the product as its first adopter would: the installed package, its command line, the dbt project, the DAGs.

data  the shop's raw tables, made up from a seed
demo  the run that `make demo` starts
"""
