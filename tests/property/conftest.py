"""After the properties: how many cases were tried."""

from __future__ import annotations

from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Sum the `cases` that tests recorded, on every worker."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    measured = [(report, [value for name, value in report.user_properties if name == "cases"]) for report in reports]
    cases = sum(sum(values) for _, values in measured)
    seconds = sum(report.duration for report, values in measured if values)
    if cases:
        terminalreporter.write_line(f"{cases:,} cases in {seconds:,.0f} s of work: {cases / seconds:.0f} a second")
