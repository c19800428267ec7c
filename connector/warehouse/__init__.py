"""All SQL: engines, named queries, the ledger, Arrow in and out."""
