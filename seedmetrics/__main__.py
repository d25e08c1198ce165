"""The command line, nothing else: it reads arguments, calls one function, and says what came of it."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seedmetrics.batch.workers import do_without_a_grammar
from seedmetrics.errors import SeedmetricsError

if TYPE_CHECKING:
    from seedmetrics.evaluation import IndicatorBudget
    from seedmetrics.site.copies import Copies
    from seedmetrics.site.index import Size

OK, FAILED, WRONG_CALL = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (0 all done, 1 a unit failed or a row was refused, 2 wrong call)."""
    do_without_a_grammar()
    parser = _parser()
    call = parser.parse_args(arguments)
    try:
        return int(call.run(call))
    except SeedmetricsError as error:
        print(f"seedmetrics: {error}", file=sys.stderr)
        return WRONG_CALL
    except BrokenPipeError:
        # Whoever read the list had enough of it. Python would complain once more when it closes the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        # A folder that cannot be written to, a name that the system does not take, a full disk.
        place = f"{error.filename}: " if error.filename else ""
        print(f"seedmetrics: {place}{error.strerror or error}", file=sys.stderr)
        return WRONG_CALL
    except KeyboardInterrupt:
        print("seedmetrics: stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="seedmetrics",
        description="Evaluate the units of a district from its records, and say how sure that is.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="list every problem in a district's records")
    check.add_argument("district", help="folder of the district")
    check.add_argument(
        "--all", action="store_true", help="every row, also where one problem has many"
    )
    check.add_argument(
        "--json", action="store_true", help="all problems as JSON on standard output"
    )
    check.set_defaults(run=_check)

    evaluate = commands.add_parser("evaluate", help="make pages and tables for every unit")
    evaluate.add_argument("district", help="folder of the district")
    evaluate.add_argument(
        "--plan", action="append", default=[], help="name or path of a plan (may be repeated)"
    )
    evaluate.add_argument(
        "--period",
        default="",
        help="2025Q3, 2025H1, 2025 or 2025-09 (default: the latest that is over)",
    )
    evaluate.add_argument(
        "--unit",
        nargs="+",
        action="extend",
        default=[],
        metavar="CODE",
        help="make only these units' pages",
    )
    evaluate.add_argument("--out", default="reports", help="folder to write to (default: reports)")
    evaluate.add_argument("--language", choices=["en", "zh", "both"], default="both")
    evaluate.add_argument(
        "--workers",
        type=_whole,
        default=0,
        help="notebooks at a time (default: one for each processor, or thread of the cluster)",
    )
    evaluate.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="run the notebooks on the workers of a Dask scheduler, as in tcp://HOST:8786",
    )
    evaluate.add_argument(
        "--afresh",
        action="store_true",
        help="make every page, also those that stand from an earlier run",
    )
    _add_copies(evaluate)
    evaluate.add_argument(
        "--json", action="store_true", help="what was made, as JSON on standard output"
    )
    evaluate.set_defaults(run=_evaluate)

    site = commands.add_parser(
        "site", help="make the index again, from site.json, ledger and tables"
    )
    site.add_argument("reports", help="folder that `evaluate` wrote")
    _add_copies(site)
    site.set_defaults(run=_site)

    kernel = commands.add_parser("kernel", help="the kernel that starts at once")
    actions = kernel.add_subparsers(required=True, metavar="ACTION")
    install = actions.add_parser(
        "install", help="for JupyterLab and any papermill: papermill -k seedmetrics …"
    )
    install.add_argument(
        "--user", action="store_true", help="for this user, not only for this environment"
    )
    install.set_defaults(run=_install_kernel)
    return parser


def _add_copies(command: argparse.ArgumentParser) -> None:
    """Add the options that copy pages."""
    command.add_argument(
        "--single-file",
        action="store_true",
        help="each page also as one file, to be sent by mail, in the folder send/",
    )
    command.add_argument(
        "--pdf",
        action="store_true",
        help="each page also printed, its PDF beside it (needs the extra pdf, and Chromium or Chrome)",
    )


def _whole(text: str) -> int:
    """Read a number of workers."""
    if not text.isdecimal() or int(text) < 1:
        msg = f"{text!r} is not a whole number of at least 1"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _check(call: argparse.Namespace) -> int:
    """List the problems of a district."""
    from seedmetrics.records import open_district, problem_lines

    problems = open_district(call.district).problems
    refused = int((problems["severity"] == "refused").sum())
    if call.json:
        print(problems.to_json(orient="records", force_ascii=False))
    else:
        for line in problem_lines(problems, most=None if call.all else 10):
            print(line)
        print(
            f"{len(problems)} problems, {refused} of them refused rows or columns", file=sys.stderr
        )
    return FAILED if refused else OK


def _evaluate(call: argparse.Namespace) -> int:
    """Make pages and tables."""
    from seedmetrics.records import problem_lines
    from seedmetrics.site.publish import LANGUAGES, publish

    languages = LANGUAGES if call.language == "both" else (call.language,)
    made = publish(
        call.district,
        out=call.out,
        plans=call.plan,
        period=call.period,
        units=call.unit,
        languages=languages,
        workers=call.workers,
        scheduler=call.scheduler,
        afresh=call.afresh,
        single_file=call.single_file,
        pdf=call.pdf,
    )
    refused = made.problems[made.problems["severity"] == "refused"]
    for line in problem_lines(refused, most=3):
        print(line, file=sys.stderr)
    for plan in made.left_out:
        print(
            f"left out: the plan {plan} has another cadence, or none of these units",
            file=sys.stderr,
        )
    for result in made.failed:
        print(
            f"failed: {result.job.label}: {result.error.strip().splitlines()[-1]}", file=sys.stderr
        )
    for plan, budget in made.budgets.items():
        print(_budget_line(plan, budget), file=sys.stderr)
    done = len(made.results) - len(made.failed)
    standing = sum(result.reused for result in made.results)
    if standing == len(made.results):
        print("nothing has changed since the last run: no notebook was run", file=sys.stderr)
    print(
        f"{done} of {len(made.results)} pages made"
        + (f" ({standing} of them earlier)" if standing else "")
        + f", {len(made.failed)} failed; "
        f"{len(refused)} rows refused"
        + (f" ({Path(call.out) / 'tables/problems.csv'})" if len(refused) else ""),
        file=sys.stderr,
    )
    size = made.size
    print(_size_line(size), file=sys.stderr)
    _say_copies(made.copies, Path(call.out))
    if call.json:
        summary = {
            "index": str(made.index),
            "size": {"pages": size.pages, "bytes": size.bytes, "largest": size.largest},
            "pages": done,
            "reused": standing,
            "failed": [result.job.key for result in made.failed],
            "sent": made.copies.sent,
            "printed": made.copies.printed,
            "refused": len(refused),
        }
        print(json.dumps(summary, ensure_ascii=False))
    else:
        print(made.index)
    return FAILED if made.failed or len(refused) else OK


def _budget_line(plan: str, budget: IndicatorBudget) -> str:
    """Say in one line what a plan measures and asks for."""
    rows = "" if math.isnan(budget.records) else f", {budget.records:,.0f} rows a unit this year"
    return (
        f"{plan}: {budget.indicators} indicators, {budget.counted} of them scored; {budget.items} data items in "
        f"{budget.tables} tables{rows}; {budget.attendance} count mere attendance "
        f"({budget.attendance_weight:.0%} of the score)"
    )


def _size_line(size: Size) -> str:
    """Say in one line how large a site is."""
    return (
        f"{size.pages} pages in all, {size.bytes / 1e6:.1f} MB with notebooks and tables; "
        f"the largest page has {size.largest / 1e3:.0f} kB"
    )


def _say_copies(copies: Copies, reports: Path) -> None:
    """Say where the copies are, and which are gone."""
    if copies.sent:
        print(
            f"{copies.sent} pages as one file each, to be sent: {reports / 'send'}", file=sys.stderr
        )
    if copies.printed:
        print(f"{copies.printed} pages printed: a PDF beside each", file=sys.stderr)
    if copies.sent or copies.printed:
        print(
            f"{copies.bytes / 1e6:.1f} MB of copies, {copies.made} of them made now",
            file=sys.stderr,
        )
    if copies.removed:
        print(f"{copies.removed} copies removed: their pages have changed", file=sys.stderr)


def _site(call: argparse.Namespace) -> int:
    """Make the index again."""
    from seedmetrics.site import build_site
    from seedmetrics.site.copies import make_copies
    from seedmetrics.site.index import site_size
    from seedmetrics.site.printing import find_chromium

    if call.pdf:
        find_chromium()
    index = build_site(Path(call.reports))
    copies = make_copies(index.parent, single_file=call.single_file, pdf=call.pdf)
    print(_size_line(site_size(index.parent)), file=sys.stderr)
    _say_copies(copies, index.parent)
    print(index)
    return OK


def _install_kernel(call: argparse.Namespace) -> int:
    """Install the warm kernel."""
    from seedmetrics.batch.warm.spec import install_kernel

    print(install_kernel(user=call.user))
    return OK


if __name__ == "__main__":
    sys.exit(main())
