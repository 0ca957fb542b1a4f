"""How much memory one statement takes: a process of its own, with DuckDB's limit set and a folder to spill into.

    python -m bench.memory DATA QUERY FOLDER LIMIT

prints a line of JSON: the seconds of CREATE TABLE AS, the rows, and the peak of the process's resident memory in bytes.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from bench.data import REPOSITORY, Shape
from bench.timing import THREADS, attach


@dataclass(frozen=True, slots=True)
class Peak:
    """What one statement took; `problem` says why it did not end."""

    shape: Shape
    what: str
    limit: str
    seconds: float = 0
    rows: int = 0
    bytes: int = 0
    spilled: int = 0
    problem: str = ""


def child(data: str, query: str, folder: str, memory: str) -> dict[str, float]:
    """Run the query of a file and say what it took."""
    spill = Path(folder) / "spill"
    with duckdb.connect(str(Path(folder) / "scratch.duckdb")) as connection:
        connection.execute(f"SET threads = {THREADS}; SET memory_limit = '{memory}'; SET temp_directory = '{spill}'")
        connection.execute("SET preserve_insertion_order = false")
        attach(connection, Path(data))
        before = time.perf_counter()
        connection.execute(f"CREATE TABLE result AS {Path(query).read_text()}")
        seconds = time.perf_counter() - before
        row = connection.execute("SELECT COUNT(*) FROM result").fetchone()
    assert row is not None
    return {"seconds": seconds, "rows": row[0], "bytes": most_resident()}


def most_resident() -> int:
    """The most resident memory that this process has had, in bytes.

    Linux hands the peak of the parent on to `getrusage` of a child, through exec, so the kernel's own mark is read.
    """
    status = Path("/proc/self/status")
    marks = [line.split() for line in status.read_text().splitlines()] if status.exists() else []
    for mark in marks:
        if mark[:1] == ["VmHWM:"]:
            return int(mark[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def measured(data: Path, peak: Peak, sql: str, folder: Path, seconds: float) -> Peak:
    """What a query takes in a child process, which is stopped after some seconds: a peak that is filled in.

    DuckDB may take memory up to the peak's `limit`; `spilled` is the most that was on disk for it.
    """
    query = folder / "query.sql"
    query.write_text(sql)
    command = [sys.executable, "-m", "bench.memory", str(data), str(query), str(folder), peak.limit]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    spilled, until = 0, time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() > until:
            process.kill()
            process.communicate()
            return replace(peak, problem=f"stopped after {seconds:g} s")
        spilled = max(spilled, size(folder / "spill"))
        time.sleep(0.1)
    output, errors = process.communicate()
    if process.returncode:
        return replace(peak, problem=reason(errors) or "it was killed")
    found = json.loads(output)
    return Peak(peak.shape, peak.what, peak.limit, found["seconds"], int(found["rows"]), int(found["bytes"]), spilled)


def reason(errors: str) -> str:
    """The line of a program's last words that names the error, or else the last line.

    >>> reason("Traceback:\\n  x\\nIOError: no file\\n  near here\\n"), reason("gone\\n"), reason("")
    ('IOError: no file', 'gone', '')
    """
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Exit)\b", line)]
    return (named or lines or [""])[-1][:300]


def size(folder: Path) -> int:
    """The bytes of the files in a folder, which may come and go."""
    total = 0
    for path in folder.glob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


if __name__ == "__main__":
    print(json.dumps(child(*sys.argv[1:5])))
