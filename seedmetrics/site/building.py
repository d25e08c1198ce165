"""Writes the site's own pages of one language: front, periods, sheets of long leagues, methods, data quality."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from seedmetrics.batch import LedgerRow
from seedmetrics.report.numbers import Numbers
from seedmetrics.site.editions import Edition, League, latest_of
from seedmetrics.site.facts import SiteFacts
from seedmetrics.site.finding import FILE, MOST_INSIDE, script_json
from seedmetrics.site.front import Front
from seedmetrics.site.leagues import Leagues
from seedmetrics.site.methods import Methods
from seedmetrics.site.quality import Quality
from seedmetrics.site.sheets import Sheet, sheets_of, spread, tables_of
from seedmetrics.site.shell import OWN_POLICY, named, render, site_title
from seedmetrics.site.tables import read_table
from seedmetrics.site.words import SiteWords
from seedmetrics.site.writing import write_changed

SCRIPT = Path(__file__).parent / "site.js"
SPOKEN = ("one", "many", "more", "none", "only", "loading")


@cache
def script_text() -> Markup:
    """Return the script of the pages, as it stands in them."""
    return Markup(SCRIPT.read_text(encoding="utf-8").strip())  # noqa: S704  # the pages' own


def digest_of(text: str) -> str:
    """Return the digest of a script, as a policy and an ``integrity`` attribute name it."""
    found = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(found).decode('ascii')}"


class Builder:
    """
    Writes pages of one language.

    Parameters
    ----------
    reports : Path
        The folder.
    words : SiteWords
        Of the language.
    facts : SiteFacts
        Of the site.
    rows : sequence of LedgerRow
        The last outcome of every page.
    editions : sequence of Edition
        All that are in the folder.
    """

    def __init__(
        self,
        reports: Path,
        words: SiteWords,
        *,
        facts: SiteFacts,
        rows: Sequence[LedgerRow],
        editions: Sequence[Edition],
    ) -> None:
        self.reports, self.words, self.facts, self.rows = reports, words, facts, rows
        self.latest = latest_of(editions)
        self.numbers = Numbers(words.language)
        self._long: set[tuple[str, str]] = set()

    @staticmethod
    def policy(*scripts: str, files: bool = False) -> str:
        """
        Return what a page may load and run.

        Parameters
        ----------
        *scripts : str
            Digests of the scripts; none may run without one.
        files : bool
            Whether scripts may be read from files as well. A page that is itself a file cannot hold them to a digest; a
            page that a server sends can read no file.
        """
        if not scripts:
            return OWN_POLICY
        allowed = " ".join([*(f"'{digest}'" for digest in scripts), *(["file:"] if files else [])])
        return f"{OWN_POLICY}; script-src {allowed}"

    def _write(self, path: Path, template: str, **given: Any) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_changed(path, render(template, words=self.words, facts=self.facts, **given))
        return path

    def _texts(self, **more: object) -> Markup:
        """Return the words of the script."""
        said = {name: self.words.raw(f"search.{name}") for name in SPOKEN}
        return script_json(said | {"dot": self.words("site.dot")} | more)

    def front(self, periods: Sequence[str], units: Mapping[str, Any]) -> list[Path]:
        """Write the front page: the latest of each plan, and the search over `units` of all of them."""
        leagues = [League(edition, edition.plan.period) for edition in self.latest]
        front = Front(self.reports, self.words, facts=self.facts, rows=self.rows, leagues=leagues)
        index = script_json(units)
        told: dict[str, object] = {}
        scripts = [digest_of(script_text())]
        file = self.reports / FILE
        outside = len(index) > MOST_INSIDE
        if outside:
            program = f"self.seedmetricsUnits={index};\n"
            write_changed(file, program)
            scripts.append(digest_of(program))
            told, index = {"file": {"src": FILE, "integrity": scripts[1]}}, Markup()
        else:
            file.unlink(missing_ok=True)
        path = self._write(
            self.reports / self.words.index,
            "index",
            root="",
            title=site_title(self.words, self.facts),
            other=self.words.other.index,
            context=front.context(periods, self.latest)
            | {
                "front": True,
                "texts": self._texts(**told),
                "index": index,
                "script": script_text(),
            },
            policy=self.policy(*scripts, files=outside),
        )
        return [path, *self._sheets(spread(leagues)[1])]

    def period(self, period: str, leagues: Sequence[League], periods: Sequence[str]) -> list[Path]:
        """Write the league tables of a period, and the sheets of those too long to stand on one page."""
        front = Front(
            self.reports,
            self.words,
            facts=self.facts,
            rows=self.rows,
            leagues=leagues,
            period=period,
        )
        title = self.words(
            "page.title",
            page=self.words("page.league"),
            period=self.numbers.period(period),
            site=site_title(self.words, self.facts),
        )
        path = self._write(
            self.reports / period / self.words.index,
            "index",
            root="../",
            title=title,
            other=self.words.other.index,
            context=front.context(periods, self.latest)
            | {
                "front": False,
                "texts": self._texts(),
                "index": "",
                "script": script_text(),
            },
            policy=self.policy(digest_of(script_text())),
        )
        return [path, *self._sheets(spread(leagues)[1])]

    def _sheets(self, leagues: Sequence[League]) -> list[Path]:
        """Write the pages of long leagues, each once: the front page and that of its period link to the same."""
        written = []
        for league in leagues:
            name = (league.edition.plan.name, league.period)
            if name not in self._long:
                self._long.add(name)
                written += [self._sheet(sheet) for sheet in sheets_of(league)]
        return written

    def _sheet(self, sheet: Sheet) -> Path:
        """Write a page of a long league."""
        words, league = self.words, sheet.league
        plan = league.edition.plan
        written = Leagues(self.reports, words, rows=self.rows, root="../../")
        values = {
            "plan": named(plan.title, words.language) or plan.name,
            "number": self.numbers.count(sheet.number),
            "of": self.numbers.count(sheet.of),
        }
        period = self.numbers.period(league.period)
        name = f"{{}}.{words.language}.html"
        ways = {
            "before": name.format(f"units-{sheet.number - 1}") if sheet.number > 1 else "",
            "after": name.format(f"units-{sheet.number + 1}") if sheet.number < sheet.of else "",
            "up": f"../{words.index}",
        }
        front = Front(
            self.reports, words, facts=self.facts, rows=(), leagues=[league], period=league.period
        )
        title = words(
            "page.title",
            page=words("sheets.title", **values),
            period=period,
            site=site_title(words, self.facts),
        )
        return self._write(
            self.reports / league.period / plan.name / name.format(sheet.stem),
            "sheet",
            root="../../",
            title=title,
            other=f"{sheet.stem}.{words.other.language}.html",
            context={
                "eyebrow": front.spoken.sentence_case(period),
                "headline": words("sheets.headline", **values),
                "back": front.looking_back(),
                "tables": tables_of(written, sheet.pieces),
                "texts": self._texts(),
                "script": script_text(),
            }
            | ways,
            policy=self.policy(digest_of(script_text())),
        )

    def methods(self, edition: Edition) -> Path:
        """Write how every number of a plan is made."""
        words, plan = self.words, edition.plan
        name = f"methods.{words.language}.html"
        title = words(
            "page.title_plan",
            page=words("page.methods"),
            plan=named(plan.title, words.language) or plan.name,
            period=self.numbers.period(plan.period),
            site=site_title(words, self.facts),
        )
        return self._write(
            edition.folder / name,
            "methods",
            root="../../",
            title=title,
            other=f"methods.{words.other.language}.html",
            context=Methods(edition, words).context()
            | {"methods_page": name, "methods_here": True},
            policy=self.policy(),
        )

    def quality(self) -> Path:
        """Write what was found in the records."""
        words = self.words
        problems, sources = (
            read_table(self.reports / "tables" / f"{name}.csv") for name in ("problems", "sources")
        )
        title = words(
            "page.title_site", page=words("quality.title"), site=site_title(words, self.facts)
        )
        return self._write(
            self.reports / words.quality,
            "quality",
            root="",
            title=title,
            other=words.other.quality,
            context=Quality(words, self.facts, problems, sources).context(self.reports)
            | {"quality_here": True},
            policy=self.policy(),
        )
