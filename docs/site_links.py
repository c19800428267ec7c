"""For the site: a link out of docs/ leads to the file in the repository, where one is named; else it is plain text.

The pages are written to be read in a checkout; the site has only docs/. A diagram is the picture that docs/diagrams.py
has drawn of it: mermaid's own code would be loaded from a server of others.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+([^)\s]+)\)")
DIAGRAM = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def on_page_markdown(markdown: str, *, config: Any, **_: Any) -> str:
    """Called by mkdocs for each page."""
    repository = (config.get("repo_url") or "").rstrip("/")
    drawn = DIAGRAM.sub(lambda found: f"![{_title(found)}]({picture_of(found[1])})", markdown)
    return OUTSIDE.sub(rf"[\1]({repository}/blob/main/\2)" if repository else r"\1", drawn)


def picture_of(diagram: str) -> str:
    """Where the picture of a diagram is, under docs/: a changed diagram has no picture until it is drawn again."""
    return f"images/diagram-{sha256(diagram.encode()).hexdigest()[:8]}.svg"


def _title(found: re.Match[str]) -> str:
    headings = HEADING.findall(found.string[: found.start()])
    return f"Diagram: {headings[-1] if headings else 'how it fits together'}"
