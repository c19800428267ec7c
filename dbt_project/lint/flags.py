"""What sqlfluff sees in place of dbt's flags: every model is made anew."""

FULL_REFRESH = True
