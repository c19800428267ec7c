"""All that is known of Meta: gate, answer rules, limits, the httpx wire."""
