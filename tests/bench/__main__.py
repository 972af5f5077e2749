"""`python -m tests.bench [--rounds N] [NAME…]`: every goal against its anchor, into build/bench.json."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from ledger import private
from tests import programs
from tests.bench import console, intake, outgoing, settle

MEASURES = {
    "settle": settle.measure,
    "dispatch": outgoing.measure,
    "intake": intake.measure,
    "console": console.measure,
}


def main() -> int:
    """Measure, print, write; 1 when a goal does not hold."""
    os.umask(private.UMASK)
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("names", nargs="*", metavar="NAME", default=list(MEASURES), help=" ".join(MEASURES))
    wanted = parser.parse_args()
    programs.reach()
    rows = []
    for name in wanted.names:
        for row in MEASURES[name](wanted.rounds):
            rows.append(row)
            print(f"{row['goal']:45} {row['ratio']:6} of {row['anchor']} (wanted {row['wanted']})", file=sys.stderr)
    folder = Path("build")
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0 if all(row["holds"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
