"""Values in, values out: batches, outcomes, conversions, amounts, readings. No clock, network or environment."""
