"""Benchmarks: what a million events cost each sender, measured side by side. Run by `make bench`, not by pytest."""
