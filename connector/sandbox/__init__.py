"""A local Meta. Imports neither meta nor sync, so that a misreading is not shared."""
