"""What sqlfluff sees in place of dbt's exceptions: its vars are made up, so that a refused value must not end the lint."""


def raise_compiler_error(message):
    return "null"
