"""The SQL files that definitions refer to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from gnomon.errors import did_you_mean
from gnomon.limits import limit
from gnomon.load.findings import Findings
from gnomon.source import Source, Span

FOLDERS = ("queries", "oso_metrics")


@dataclass(slots=True)
class QueryFolder:
    """A folder of SQL files inside the project. Each file is read once."""

    path: Path
    findings: Findings
    files: dict[str, Source | None] = field(default_factory=dict)

    def read(self, ref: str, span: Span | None) -> Source | None:
        """The text of a file; None, with a problem, where `ref` does not lead to one."""
        if ref not in self.files:
            path = self.find(ref, span)
            if path is None:
                return None
            self.files[ref] = self.text(path, span)
        return self.files[ref]

    def find(self, ref: str, span: Span | None) -> Path | None:
        pure = PurePosixPath(ref.replace("\\", "/"))
        shown = self.findings.shown(self.path)
        path = self.path / pure
        outside = pure.is_absolute() or bool(PureWindowsPath(ref).drive) or ".." in pure.parts or "\0" in ref
        if outside or not path.resolve().is_relative_to(self.findings.root.resolve()):
            message = f"'{ref}' is outside the project"
            self.findings.error("ref_outside_project", message, span, f"write a path relative to {shown}/")
            return None
        if not path.is_file():
            help = did_you_mean(ref, self.listing()) if self.path.is_dir() else f"create the folder {shown}/"
            self.findings.error("missing_query", f"there is no file '{ref}' in {shown}/", span, help)
            return None
        return path

    def listing(self) -> list[str]:
        return [path.relative_to(self.path).as_posix() for path in self.path.rglob("*.sql")]

    def text(self, path: Path, span: Span | None) -> Source | None:
        size, most = path.stat().st_size, limit("sql_bytes")
        if size > most:
            message = f"{self.findings.shown(path)} has {size:,} bytes, and at most {most:,} are read"
            self.findings.error("sql_too_large", message, span, "split the query into several metrics")
            return None
        return self.findings.read_text(path)


def query_folder(root: Path, name: str | None, findings: Findings, span: Span | None) -> QueryFolder | None:
    """The folder of a project's queries: the one named, or else the first usual one that there is."""
    if name is None:
        usual = [root / folder for folder in FOLDERS]
        return QueryFolder(next((path for path in usual if path.is_dir()), usual[0]), findings)
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        findings.error("ref_outside_project", f"the folder '{name}' is outside the project", span, "write queries")
        return None
    relative = path.relative_to(root.resolve())
    if relative.parts[:1] == ("metrics",):
        help = "rename the folder to queries"
        findings.error("reserved_folder", "the SQL files below metrics/ are read by SQLMesh as its own", span, help)
        return None
    return QueryFolder(root / relative, findings)
