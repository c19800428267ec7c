"""What a page holds packed: its figures and the runtime of its charts."""

from __future__ import annotations

import gzip
import re
from base64 import b64decode


def unpacked(page: str, name: str) -> str:
    """The text of one packed element of a page."""
    (packed,) = re.findall(rf'<script type="application/gzip" id="{name}">(.*?)</script>', page)
    return gzip.decompress(b64decode(packed)).decode()
