"""Draws the diagrams of the docs with mermaid and the system's Chromium, for the site: `make diagrams`.

Run again where a diagram has changed; a test names those without a picture.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from site_links import DIAGRAM, picture_of

DOCS = Path(__file__).parent
OPTIONS = {"startOnLoad": False, "theme": "neutral", "htmlLabels": False, "flowchart": {"htmlLabels": False}}
DRAW = "async ([name, text, options]) => (mermaid.initialize(options), (await mermaid.render(name, text)).svg)"


def main(mermaid: Path) -> None:
    from playwright.sync_api import sync_playwright

    diagrams = {picture_of(text): text for page in DOCS.glob("*.md") for text in DIAGRAM.findall(page.read_text())}
    for file in (DOCS / "images").glob("diagram-*.svg"):
        file.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(path=mermaid)
        for name, text in diagrams.items():
            drawn = page.evaluate(DRAW, [Path(name).stem, text, OPTIONS])
            (DOCS / name).write_text(drawn.replace('style="', 'style="background: white; ', 1) + "\n")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
