"""What stands in the pages of the documentation: their blocks of code, and the links of what is built from them."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from tests.conftest import ROOT

DOCS = ROOT / "docs"
HOWTO = sorted([*DOCS.glob("howto/*.md"), *DOCS.glob("zh/*.md")])
BLOCK = re.compile(
    r"^```(\{code-block\} )?(\w+)\n(?::caption: (\S+)\n\n)?(.*?)^```$", re.MULTILINE | re.DOTALL
)
# Elements and attributes by which a page loads something.
LOADED = {
    "audio": "src", "embed": "src", "iframe": "src", "img": "src", "link": "href", "object": "data", "script": "src",
    "source": "src", "video": "src",
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """One block of code: its language, the file it is to be saved as, and its text."""

    language: str
    file: str
    text: str


def blocks(page: Path, language: str = "") -> list[Block]:
    """Return a page's blocks of code, of one language or of all."""
    found = [Block(m[2], m[3] or "", m[4]) for m in BLOCK.finditer(page.read_text("utf-8"))]
    return [block for block in found if not language or block.language == language]


def commands(page: Path) -> list[tuple[str, str]]:
    """Return what a page types into a shell, each with what it says comes of it."""
    found = []
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


class Links(HTMLParser):
    """What one built page loads, what it leads to, and the places in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if given.get("id"):
            self.places.add(given["id"])
        if tag == "a" and given.get("href"):
            self.leads.append(given["href"])
        if given.get(LOADED.get(tag, "")) and given.get("rel") not in {
            "next",
            "prev",
            "index",
            "search",
            "author",
        }:
            self.loads.append(given[LOADED[tag]])
