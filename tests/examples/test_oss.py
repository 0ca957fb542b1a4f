"""Histories of real, small git checkouts made here, and the shared file of events."""

from __future__ import annotations

import subprocess
from pathlib import Path

import duckdb
import pytest

from gnomon.errors import UsageError
from gnomon.examples import create
from gnomon.examples.oss import MAPPING, create_from_parquet
from gnomon.examples.oss.checkouts import read_mapping
from gnomon.examples.oss.git import digest, read_history

SHARED = Path(__file__).parents[3] / "shared" / "data"
ADA, BOB, BOT = "Ada <ada@example.org>", "Bob <bob@example.org>", "robot[bot] <1+robot[bot]@example.org>"


def git(folder: Path, *arguments: str, author: str = ADA, day: str = "2024-01-01") -> None:
    name, _, email = author.partition(" <")
    when = f"{day}T23:30:00+00:00"
    environment = {
        "PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email.rstrip(">"), "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email.rstrip(">"), "GIT_COMMITTER_DATE": when,
    }  # fmt: skip
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True)


def commit(folder: Path, author: str, day: str) -> None:
    git(folder, "commit", "--allow-empty", "-m", "work\x1f\n\nmore", author=author, day=day)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Five commits and one merge of three people, one of whom writes the address in capitals, and one is a bot."""
    folder = tmp_path / "src" / "team" / "tool"
    folder.mkdir(parents=True)
    git(folder, "init", "-b", "main")
    commit(folder, ADA, "2024-01-15")
    commit(folder, BOB, "2024-01-15")
    git(folder, "checkout", "-b", "side")
    commit(folder, BOB, "2024-01-20")
    git(folder, "checkout", "main")
    commit(folder, "Ada L. <ADA@example.org>", "2024-01-21")
    git(folder, "merge", "--no-ff", "-m", "merge", "side", author=ADA, day="2024-02-01")
    commit(folder, BOT, "2024-02-02")
    return folder


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_history_is_read_whole(checkout: Path) -> None:
    history = read_history(checkout)
    assert [(c.committed_on.isoformat(), c.is_merge, c.is_bot) for c in history] == [
        ("2024-01-15", False, False),
        ("2024-01-15", False, False),
        ("2024-01-20", False, False),
        ("2024-01-21", False, False),
        ("2024-02-01", True, False),
        ("2024-02-02", False, True),
    ]
    assert len({c.author for c in history}) == 3
    assert history[0].author == history[3].author == digest("", "ada@example.org")
    assert not any("ada" in c.author for c in history)


def test_events_and_memberships(checkout: Path, tmp_path: Path) -> None:
    info = create("oss", tmp_path / "project", checkouts=[checkout, checkout])
    assert (info.start.isoformat(), info.end.isoformat()) == ("2024-01-15", "2024-02-02")
    assert info.counts["oso.int_events_daily__github"] == 7
    events = rows(
        info.database,
        "SELECT event_type, event_source, to_artifact_id, SUM(amount) FROM oso.int_events_daily__github GROUP BY ALL",
    )
    assert sorted(events) == [
        ("COMMIT_CODE", "GIT", "team/tool", 6.0),
        ("PULL_REQUEST_MERGED", "GIT", "team/tool", 1.0),
    ]
    assert rows(info.database, "FROM oso.artifacts_by_project_v1") == [("team/tool", "team")]
    assert rows(info.database, "FROM oso.projects_by_collection_v1") == [("team", "all")]
    assert rows(info.database, "SELECT COUNT(*) FROM oso.int_github_users_bot_filtered WHERE is_bot") == [(1,)]
    assert "start: 2024-01-01\n" in (info.root / "gnomon.yaml").read_text()


def test_creating_again_reads_what_came_since(checkout: Path, tmp_path: Path) -> None:
    before = create("oss", tmp_path / "project", checkouts=[checkout])
    commit(checkout, BOB, "2024-03-01")
    after = create("oss", tmp_path / "project")
    assert (before.resumed, after.resumed) == (False, True)
    assert after.counts["oso.int_events_daily__github"] == before.counts["oso.int_events_daily__github"] + 1
    assert after.end.isoformat() == "2024-03-01"


def test_a_mapping_places_a_checkout_in_two_projects(checkout: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mine.csv"
    mapping.write_text("path,artifact,project,collection\nsrc/team/tool,tool,a,x\nsrc/team/tool,tool,b,x\n")
    info = create("oss", tmp_path / "project", mapping=mapping)
    assert rows(info.database, "FROM oso.artifacts_by_project_v1") == [("tool", "a"), ("tool", "b")]
    assert rows(info.database, "SELECT SUM(amount) FROM oso.int_events_daily__github") == [(7.0,)]
    assert [place.project for place in read_mapping(info.root / MAPPING)] == ["a", "b"]


def test_the_checkout_around_the_current_folder_is_the_default(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / "deep").mkdir()
    monkeypatch.chdir(checkout / "deep")
    assert create("oss", tmp_path / "project").show[2] == "team/tool"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("path,artifact\nx,y\n", "mapping_columns"),
        ("", "mapping_columns"),
        ("path,artifact,project,collection\nnowhere,,,\n", "not_a_checkout"),
        ("path,artifact,project,collection\na,one,,\nb,one,,\n", "mapping_names"),
    ],
)
def test_a_mapping_that_cannot_be_used(tmp_path: Path, content: str, code: str) -> None:
    (tmp_path / "m.csv").write_text(content)
    with pytest.raises(UsageError) as error:
        create("oss", tmp_path / "project", mapping=tmp_path / "m.csv")
    assert error.value.problems[0].code == code
    assert not (tmp_path / "project").exists()


def test_a_checkout_without_commits(tmp_path: Path) -> None:
    git(tmp_path, "init", "-b", "main")
    with pytest.raises(UsageError) as error:
        read_history(tmp_path)
    assert error.value.problems[0].code == "no_commits"


def test_the_shared_events(tmp_path: Path) -> None:
    if not (SHARED / "oss_events.parquet").is_file():
        pytest.skip("no oss_events.parquet beside the repository, in ../shared/data")
    files = ("oss_events.parquet", "artifacts_by_project.csv", "projects_by_collection.csv")
    info = create_from_parquet(tmp_path / "project", *(SHARED / name for name in files))
    sql = "SELECT event_type, SUM(amount) FROM oso.int_events_daily__github GROUP BY 1 ORDER BY 1"
    assert rows(info.database, sql) == [("COMMIT_CODE", 342_502.0), ("PULL_REQUEST_MERGED", 61_984.0)]
    assert info.counts["oso.artifacts_by_project_v1"] == 20
    assert info.counts["oso.projects_by_collection_v1"] == 22
    import pyarrow.parquet as pq

    frame = pq.read_table(SHARED / files[0], columns=["repo", "dev", "committed_at", "event_type"]).to_pandas()
    busy = frame[(frame.repo == "duckdb/duckdb") & (frame.committed_at.dt.strftime("%Y-%m") == "2025-03")]
    sql = """SELECT COUNT(DISTINCT from_artifact_id), SUM(amount) FROM oso.int_events_daily__github
    WHERE to_artifact_id = 'duckdb/duckdb' AND strftime(bucket_day, '%Y-%m') = '2025-03'"""
    assert rows(info.database, sql) == [(busy.dev.nunique(), float(len(busy)))]
