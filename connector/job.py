"""The one place where the edges are built."""
