"""A made-up shop: seeded raw tables as an ELT tool would leave them. Arrow out; no clock, no warehouse."""
