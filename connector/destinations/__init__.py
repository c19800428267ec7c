"""Where events go: one folder a destination."""
