"""The sentence: claim -> read -> gate -> mark -> send -> settle -> prove."""
