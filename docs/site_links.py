"""For the site: a link out of docs/ leads to the file in the repository, where one is named; else it is plain text.

The pages are written to be read in a checkout; the site has only docs/.
"""

from __future__ import annotations

import re
from typing import Any

OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+([^)\s]+)\)")


def on_page_markdown(markdown: str, *, config: Any, **_: Any) -> str:
    """Called by mkdocs for each page."""
    repository = (config.get("repo_url") or "").rstrip("/")
    return OUTSIDE.sub(rf"[\1]({repository}/blob/main/\2)" if repository else r"\1", markdown)
