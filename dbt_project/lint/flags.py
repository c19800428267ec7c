"""What sqlfluff sees in place of dbt's flags: every model is rebuilt."""

FULL_REFRESH = True
