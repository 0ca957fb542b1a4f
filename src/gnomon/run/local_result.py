"""What a local test found, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gnomon.run.local_compare import Difference, plain

SHOWN = 8
"""How many differences of a variant are printed."""


@dataclass(frozen=True, slots=True)
class VariantResult:
    """One compared series: its sample dates, its built rows, and what is wrong with it.

    `problem` says why it has no rows; `skipped` why it was not compared.
    """

    name: str
    samples: tuple[date, ...]
    rows: int = 0
    differences: tuple[Difference, ...] = ()
    problem: str | None = None
    skipped: str | None = None

    @property
    def ok(self) -> bool:
        return not self.differences and self.problem is None

    @property
    def status(self) -> str:
        if self.skipped:
            return f"skipped: {self.skipped}"
        if self.problem:
            return "empty"
        return f"{len(self.differences)} differences" if self.differences else "ok"

    @property
    def range(self) -> str:
        """The sample dates in words: the first, and the last if there are several."""
        if not self.samples:
            return ""
        return plain(self.samples[0]) + (f" .. {self.samples[-1]}" if len(self.samples) > 1 else "")


@dataclass(frozen=True, slots=True)
class LocalTestResult:
    """All variants. `seeds` counts the seeded rows by table; `kept` is the scratch folder if it was kept."""

    environment: str
    results: tuple[VariantResult, ...]
    seeds: dict[str, int]
    seconds: float
    kept: Path | None = None

    @property
    def variants(self) -> int:
        """How many series were compared."""
        return sum(result.skipped is None for result in self.results)

    @property
    def rows(self) -> int:
        """How many built rows were compared."""
        return sum(result.rows for result in self.results)

    @property
    def failures(self) -> list[VariantResult]:
        return [result for result in self.results if not result.ok]

    @property
    def ok(self) -> bool:
        return not self.failures

    @property
    def exit_code(self) -> int:
        """0 if every value is as expected, 1 otherwise."""
        return 0 if self.ok else 1

    def __str__(self) -> str:
        lines = [*self._table(), *(line for result in self.failures for line in ("", *explained(result)))]
        return "\n".join([*lines, "", self.summary])

    def _table(self) -> list[str]:
        cells = [("variant", "sample dates", "rows", "values")]
        cells += [(result.name, result.range, f"{result.rows:,}", result.status) for result in self.results]
        widths = [max(len(row[column]) for row in cells) for column in range(3)]
        return [
            f"{name:<{widths[0]}}  {range_:<{widths[1]}}  {rows:>{widths[2]}}  {status}"
            for name, range_, rows, status in cells
        ]

    @property
    def summary(self) -> str:
        """`18 variants, 5 214 rows, 0 differences`."""
        different = sum(len(result.differences) for result in self.results)
        empty = sum(result.problem is not None for result in self.results)
        parts = [f"{self.variants} variants", f"{self.rows:,} rows".replace(",", " "), f"{different} differences"]
        parts += [f"{empty} empty"] if empty else []
        return f"{', '.join(parts)} ({self.seconds:.1f} s)" + (f"; kept in {self.kept}" if self.kept else "")

    def to_dict(self) -> dict[str, Any]:
        """The result as plain JSON values."""
        return {
            "environment": self.environment,
            "variants": self.variants,
            "rows": self.rows,
            "ok": self.ok,
            "seconds": round(self.seconds, 3),
            "seeds": self.seeds,
            "results": [
                {
                    "variant": result.name,
                    "samples": [str(sample) for sample in result.samples],
                    "rows": result.rows,
                    "status": result.status,
                    "problem": result.problem,
                    "differences": [
                        {
                            "key": {name: plain(value) for name, value in found.key.items()},
                            "column": found.column,
                            "built": plain(found.built),
                            "expected": plain(found.expected),
                        }
                        for found in result.differences
                    ],
                }
                for result in self.results
            ],
        }


def explained(result: VariantResult) -> list[str]:
    """A failed variant in full: why it is empty, or its first differences as a small table."""
    if result.problem:
        return [f"{result.name}: {result.problem}"]
    found = result.differences[:SHOWN]
    keys = list(found[0].key)
    cells = [[*keys, "column", "built", "expected"]]
    cells += [[*map(plain, d.key.values()), d.column, plain(d.built), plain(d.expected)] for d in found]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = ["  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in cells]
    more = len(result.differences) - len(found)
    return [f"{result.name}:", *(line.rstrip() for line in lines), *([f"  ... and {more} more"] if more else [])]
