"""The same rolling series from other tools, each in an environment of its own: how long it takes, and if it is right.

An environment is made the first time that it is asked for, below the bench's home, and then kept. A tool that cannot be
installed, or whose script fails, is a line that says why.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
from bench import project
from bench.data import Shape, home
from bench.memory import reason
from bench.series import SAMPLES, samples
from bench.timing import THREADS

WINDOW = 30
MINUTES_TO_INSTALL, MINUTES_TO_RUN = 15, 10
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool: its script, and what pip installs for it."""

    name: str
    script: str
    requirements: Sequence[str]


PEERS = (
    Peer(
        "MetricFlow",
        "in_metricflow.py",
        ["metricflow", "dbt-metricflow", "dbt-core<1.12", "dbt-duckdb<1.11"],
    ),
    Peer("Sidemantic", "in_sidemantic.py", ["sidemantic==0.13.0"]),
    Peer("Boring Semantic Layer", "in_bsl.py", ["boring-semantic-layer==0.3.18", "ibis-framework[duckdb]"]),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a peer gave: `wrong` of `checked` dates differ from the count by hand, and `differs` of all from Gnomon.

    `given` and `true` are the numbers of the last checked date. `problem` says why there is nothing.
    """

    peer: str
    problem: str = ""
    version: str = ""
    engine: str = ""
    seconds: float = 0
    gnomon_seconds: float = 0
    given: float = 0
    true: float = 0
    wrong: int = 0
    checked: int = 0
    differs: int = 0
    note: str = ""


def environment(peer: Peer) -> Path:
    """The Python of a peer's environment. Raises RuntimeError with pip's last words where it cannot be installed."""
    folder = home() / "peers" / peer.script.removeprefix("in_").removesuffix(".py")
    python, done = folder / "bin" / "python", folder / "requirements.json"
    wanted = json.dumps(list(peer.requirements))
    if done.exists() and done.read_text() == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.requirements]
    finished(command, MINUTES_TO_INSTALL, "pip install")
    done.write_text(wanted)
    return python


def finished(command: Sequence[str], minutes: float, what: str) -> str:
    """The output of a command. Raises RuntimeError with the last line of what it said where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=minutes * 60)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{what} took more than {minutes:g} minutes") from None
    if done.returncode:
        raise RuntimeError(f"{what}: {reason(done.stderr) or 'no reason given'}")
    return done.stdout


def outcomes(data: Path, shape: Shape, rounds: int) -> list[Outcome]:
    """Each peer's series of different actors over 30 days, of all entities together, beside Gnomon's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        definition = project.Definition("distinct", windows=[WINDOW], entities=["everyone"])
        loaded = project.load(folder / "project", shape, [definition])
        sql, _ = project.window_sql(loaded, shape, "distinct", WINDOW)
        with duckdb.connect(str(data), read_only=True) as connection:
            connection.execute(f"SET threads = {THREADS}")
            connection.execute(f"COPY raw.events TO '{folder / 'events.parquet'}' (FORMAT parquet)")
            own = {str(day): n for day, n in rows(connection, f"SELECT metrics_sample_date, amount FROM ({sql}) AS s")}
            true = counted_by_hand(connection, shape)
        job = {"events": str(folder / "events.parquet"), "gnomon": sql, "window": WINDOW, "rounds": rounds}
        job |= {"start": str(shape.start), "end": str(shape.end), "threads": THREADS}
        return [gnomon_outcome(own, true), *(outcome(peer, job, folder, own, true) for peer in PEERS)]


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return list(connection.execute(query).fetchall())


def counted_by_hand(connection: duckdb.DuckDBPyConnection, shape: Shape) -> dict[str, float]:
    """The true numbers of some dates, counted in Python from the rows."""
    seen: dict[date, set[Any]] = {sample: set() for sample in samples(shape, SAMPLES)}
    for day, actor in rows(connection, "SELECT bucket_day, from_artifact_id FROM raw.events"):
        for sample, actors in seen.items():
            if day <= sample < day + timedelta(days=WINDOW):
                actors.add(actor)
    return {str(sample): float(len(actors)) for sample, actors in seen.items()}


def judged(series: Mapping[str, float], own: Mapping[str, float], true: Mapping[str, float]) -> dict[str, Any]:
    last = max(true)
    return {
        "given": series.get(last, 0),
        "true": true[last],
        "wrong": sum(series.get(day) != n for day, n in true.items()),
        "checked": len(true),
        "differs": sum(series.get(day) != own.get(day) for day in {*series, *own}),
    }


def gnomon_outcome(own: Mapping[str, float], true: Mapping[str, float]) -> Outcome:
    return Outcome("Gnomon", engine=f"DuckDB {duckdb.__version__}", **judged(own, own, true))


def outcome(
    peer: Peer, job: Mapping[str, Any], folder: Path, own: Mapping[str, float], true: Mapping[str, float]
) -> Outcome:
    """Run one peer's script in its environment."""
    own_folder = folder / peer.script.removesuffix(".py")
    own_folder.mkdir()
    (own_folder / "job.json").write_text(json.dumps({**job, "folder": str(own_folder)}))
    try:
        python = environment(peer)
        said = finished([str(python), str(HERE / peer.script), str(own_folder / "job.json")], MINUTES_TO_RUN, "its run")
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        return Outcome(peer.name, problem=str(error))
    found = json.loads(said.strip().splitlines()[-1])
    return Outcome(
        peer.name,
        version=found["version"],
        engine=f"DuckDB {found['duckdb']}",
        seconds=found["seconds"],
        gnomon_seconds=found["gnomon_seconds"],
        note=found["note"],
        **judged(found["series"], own, true),
    )
