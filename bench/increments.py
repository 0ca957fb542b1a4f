"""The law of increments on SQLMesh and DuckDB: random schedules, each compared with one full rebuild.

    python bench/increments.py --schedules 200

drives `gnomon plan`, `run` and `restate` through schedules of late events, stragglers, membership changes and changed
definitions (tests/schedules), and prints a table. On a difference it prints the seed and the smallest schedule that
still fails, and exits with 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import monotonic

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from schedules.drive import differences
from schedules.generate import schedule
from schedules.schedule import Schedule
from schedules.shrink import smallest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schedules", type=int, default=200, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="the first one's seed; the others count up")
    parser.add_argument("--attempts", type=int, default=60, help="how many smaller schedules to try after a difference")
    asked = parser.parse_args()
    rows: Counter[str] = Counter()
    failed: list[int] = []
    began = monotonic()
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        for seed in range(asked.seed, asked.seed + asked.schedules):
            one = schedule(seed)
            count(rows, one)
            wrong = problems(one, cache)
            print(f"\rseed {seed}, {monotonic() - began:.0f} s, {len(failed)} failed", end="", file=sys.stderr)
            if wrong:
                failed.append(seed)
                print(report(seed, one, wrong, cache, asked.attempts), flush=True)
    rows["schedules with differences"] = len(failed)
    rows["seconds"] = round(monotonic() - began)
    print(*(f"{name:<28} {number:>7}" for name, number in rows.items()), sep="\n")
    return 1 if failed else 0


def count(rows: Counter[str], one: Schedule) -> None:
    """What a schedule holds, for the table."""
    rows["schedules"] += 1
    rows["steps"] += len(one.steps)
    for step in one.steps:
        rows[f"  {step.verb} {'' if step.verb == 'edit' else step.environment}".rstrip()] += 1
        rows["definition changes"] += step.change is not None
        rows["dated membership changes"] += step.projects is not None
        rows["undated membership changes"] += step.teams is not None
    rows["events"] += len(one.events)
    rows["late events"] += sum(event.arrival > event.at for event in one.events)


def problems(one: Schedule, cache: Path) -> list[str]:
    """The differences at a schedule's end, or the error that ended it."""
    try:
        return differences(one, cache)
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]


def report(seed: int, one: Schedule, wrong: list[str], cache: Path, attempts: int) -> str:
    """A failing seed with its smallest schedule that fails in the same way: by an error, or by a difference."""
    kind = wrong[0].split(" ")[0]

    def fails(candidate: Schedule) -> bool:
        return any(line.split(" ")[0] == kind for line in problems(candidate, cache))

    small = smallest(one, fails, attempts)
    shown = (problems(small, cache) or wrong)[:8]
    return "\n  ".join([f"seed {seed}: {len(wrong)} differences; the smallest schedule:", str(small), *shown])


if __name__ == "__main__":
    sys.exit(main())
