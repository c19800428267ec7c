"""README.md, its neighbours and docs/ as the tests read them: texts, blocks of code, commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FRONT = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "examples/shop/README.md"]
RECIPES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "examples" / "recipes").rglob("README.md"))
PAGES = [*FRONT, *RECIPES, *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
TEXTS = {page: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHELL = ("sh", "bash")
ENDS_OF_COMMANDS = ("\n", ";", "&&", "|")


def blocks(*kinds: str) -> list[tuple[str, str]]:
    return [(page, text) for page in PAGES for kind, text in FENCE.findall(TEXTS[page]) if kind in kinds]


def commands_of(block: str) -> Iterator[list[str]]:
    """The commands of a shell block as words: comments and assignments in front of them are gone."""
    plain = re.sub(r"(^|\s)#\s.*$", r"\1", block.replace("\\\n", " "), flags=re.MULTILINE)
    reader = shlex.shlex(plain, posix=True, punctuation_chars="\n;&|")
    reader.whitespace, reader.whitespace_split, reader.commenters = " \t", True, ""
    words: list[str] = []
    for word in [*reader, "\n"]:
        if word.strip("\n") in ("", *ENDS_OF_COMMANDS):
            while words and (words[0] == "export" or re.match(r"\w+=", words[0])):
                words.pop(0)
            if words:
                yield words
            words = []
        else:
            words.append(word)


COMMANDS = [(page, words) for page, block in blocks(*SHELL) for words in commands_of(block)]


def named(program: str) -> list[tuple[str, list[str]]]:
    return [(page, words[1:]) for page, words in COMMANDS if words[0] == program]


def inline(program: str) -> list[tuple[str, list[str]]]:
    """Commands in running text, such as `connector sync --limit 5`, and in indented lines."""
    prose = {page: FENCE.sub("", text) for page, text in TEXTS.items()}
    shape = re.compile(rf"`{program} ([^`]+)`|^    {program} (.+)$", re.MULTILINE)
    spans = [(page, "".join(found)) for page, text in prose.items() for found in shape.findall(text)]
    return [(page, span.split()) for page, span in spans]


def told(command: tuple[str, list[str]]) -> str:
    return f"{command[0]}: {' '.join(command[1])[:60]}"


def first_words(page: str) -> set[str]:
    """What stands in the first cells of a page's tables."""
    return {
        word for cell in re.findall(r"^\| (.+?) \|", TEXTS[page], re.MULTILINE) for word in re.findall(r"`(\w+)`", cell)
    }
