"""What is read of the warehouse for people: status, plan, history, checks, the report's data."""
