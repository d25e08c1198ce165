"""The gallery: every notebook, run on the sample by the batch that makes the pages, with a picture of what it shows."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from seedmetrics.batch import Job, Warmth, run_batch

from .pictures import take_pictures

ROOT = Path(__file__).resolve().parents[2]


CARD = """\
<li><a href="{name}.html">{picture}<b>{title}</b></a>
<span>{said}</span></li>"""
PICTURE = '<img src="../_static/gallery/{file}" alt="" loading="lazy">'


@dataclass(frozen=True, slots=True)
class Shown:
    """One notebook of the gallery: what is said of it, what its picture begins with, and the unit it shows."""

    name: str
    said: str
    picture: str
    unit: str = ""


# In the order of the gallery.
NOTEBOOKS = (
    Shown("township", "One town's quarter: where it stands, every indicator, how sure its rank is.", "h1", "T05"),
    Shown("league", "All units of a plan, each group by itself: which can be told apart.", "table"),
    Shown("closure", "What was due, closed and on time everywhere, and how long cases wait.", "figure"),
    Shown("robustness", "What a ranking owes to its weights, its method, one indicator, and chance.", "h1"),
    Shown("alliance", "One industry-chain alliance's year: members, meetings, marks, tier.", "figure", "C01"),
    Shown("department", "One department's half-year: contest, cases, its own house.", "figure >> nth=1", "D01"),
    Shown("village", "One village's year: stars, domains, remedies.", "h1", "T05-V02"),
    Shown("programme", "Every figure that the programme publishes, beside the one from the records.", "h1"),
    Shown("explore", "From opening a district to a question of your own in fifteen minutes.", "figure"),
)  # fmt: skip


def run_notebooks(out: Path, *, workers: int = 0) -> dict[str, Path]:
    """
    Run every notebook of the gallery on the sample.

    Parameters
    ----------
    out : Path
        Folder of the executed notebooks and their ledger; what stands there from an earlier build is not run again.
    workers : int, default 0
        Notebooks at a time; 0 means one for each processor.

    Returns
    -------
    dict of str to Path
        The executed notebook of each name.

    Raises
    ------
    SystemExit
        When one failed: a gallery with a hole in it is not published.
    """
    out.mkdir(parents=True, exist_ok=True)
    inputs = _digest_of_records()
    jobs = [
        Job(
            notebook=ROOT / "notebooks" / f"{shown.name}.ipynb",
            output=out / f"{shown.name}.ipynb",
            parameters={"unit": shown.unit} if shown.unit else {},
            key=shown.name,
            label=shown.name,
            inputs=inputs,
        )
        for shown in NOTEBOOKS
    ]
    results = run_batch(
        jobs, workers=workers or os.cpu_count() or 1, ledger=out / "ledger.jsonl", warmth=Warmth()
    )
    failed = [f"{r.job.label}: {r.error}" for r in results if not r.ok]
    if failed:
        raise SystemExit("\n".join(["notebooks of the gallery failed:", *failed]))
    return {job.key: job.output for job in jobs}


def templates() -> dict[str, Path]:
    """Return the notebooks as they lie in the project, without outputs."""
    return {shown.name: ROOT / "notebooks" / f"{shown.name}.ipynb" for shown in NOTEBOOKS}


def write_gallery(folder: Path, notebooks: dict[str, Path]) -> None:
    """
    Write the notebooks as pages, their pictures, and the cards that lead to them.

    Parameters
    ----------
    folder : Path
        The gallery's folder in the staged sources; ``{cards}`` in its ``index.md`` gives way to the cards.
    notebooks : dict of str to Path
        Executed or not.
    """
    nodes = {}
    for shown in NOTEBOOKS:
        node = nodes[shown.name] = nbformat.read(notebooks[shown.name], as_version=4)
        _prepare(node)
        nbformat.write(node, folder / f"{shown.name}.ipynb")
    places = {shown.name: shown.picture for shown in NOTEBOOKS}
    pictures = take_pictures(folder.parent / "_static" / "gallery", nodes, places)
    cards = []
    for shown in NOTEBOOKS:
        title = re.match(r"#\s*(.+)", nodes[shown.name].cells[0].source)
        file = pictures.get(shown.name)
        picture = PICTURE.format(file=file) if file else ""
        cards.append(
            CARD.format(
                name=shown.name, title=title[1] if title else "", said=shown.said, picture=picture
            )
        )
    index = folder / "index.md"
    names = "\n".join(shown.name for shown in NOTEBOOKS)
    text = index.read_text(encoding="utf-8")
    text = text.replace("{cards}", "\n".join(cards)).replace("{names}", names)
    index.write_text(text, encoding="utf-8")


def _prepare(node: nbformat.NotebookNode) -> None:
    """Make an executed notebook fit for a page: no widgets that need a kernel, no paths, no ids of this run."""
    node.metadata.pop("widgets", None)
    node.metadata.pop("papermill", None)
    for cell in node.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                data.pop("application/vnd.jupyter.widget-view+json", None)


def _digest_of_records() -> str:
    """Return what the notebooks read, as one digest."""
    files = sorted(p for p in (ROOT / "data").rglob("*") if p.suffix in {".csv", ".toml"})
    found = {
        p.relative_to(ROOT).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()
