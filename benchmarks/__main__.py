"""Runs the benchmarks and prints one table: `python -m benchmarks [NAME …]`."""

import argparse
import importlib
import json
import os
import pkgutil
import sys
from dataclasses import asdict

import benchmarks
from benchmarks._timing import Row


def main() -> int:
    """Run the benchmarks named, or all; exit 1 where a limit is not met."""
    known = sorted(
        m.name for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_")
    )
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    parser.add_argument("--json", action="store_true", help="print the rows for a program")
    wanted = parser.parse_args()
    if unknown := sorted(set(wanted.names) - set(known)):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    rows: list[Row] = []
    for name in wanted.names or known:
        print(f"{name} …", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"benchmarks.{name}").run()
    if wanted.json:
        print(json.dumps([asdict(row) | {"ratio": row.ratio, "met": row.met} for row in rows]))
    else:
        _print(rows)
    return 0 if all(row.met for row in rows) else 1


def _print(rows: list[Row]) -> None:
    """Print the rows as one table."""
    print(f"\n{os.cpu_count()} cores; seconds are the best of several runs in this process\n")
    wide = max(len(row.work) for row in rows)
    print(f"{'work':<{wide}} {'ours':>9} {'limit':>8} {'theirs':>9} {'ratio':>8}  {'memory':>8}")
    for row in rows:
        limit = "" if row.limit is None else f"{row.limit:g} s"
        theirs = "—" if row.theirs is None else f"{row.theirs:.3g} s"
        ratio = "—" if row.ratio is None else f"{row.ratio:,.3g}×"
        memory = "" if row.memory is None else f"{row.memory:.0f} MB"
        verdict = "" if row.met else "  NOT MET"
        print(
            f"{row.work:<{wide}} {row.ours:>7.4f} s {limit:>8} {theirs:>9} {ratio:>8}  {memory:>8}{verdict}"
        )
        print(f"    against {row.alternative}{'; ' + row.note if row.note else ''}")


if __name__ == "__main__":
    sys.exit(main())
