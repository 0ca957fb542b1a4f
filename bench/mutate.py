"""Break the source on purpose, in one place at a time, and see that the test which is named for it fails.

    python -m bench.mutate                          # every mutation of tests/mutations
    python -m bench.mutate windows --jobs 2         # those of one file, two at a time
    python -m bench.mutate --test tests/soundness   # another test than the ones named: does it catch them too?

A mutation is a piece of text that stands once in a source file, the text in its place, and the test that has to fail.
The source is mutated in a copy, and the test runs against that copy. Prints a table; exits with 1 if a test passed on a
mutated source, or did not get as far as failing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import yaml

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCE = REPOSITORY / "src" / "gnomon"
MUTATIONS = REPOSITORY / "tests" / "mutations"
FAILED, TOO_LONG = 1, 600
VERDICTS = {FAILED: "caught", 0: "SURVIVED"}


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of the source: `text` of `file` (below src/gnomon) becomes `mutated`, which `test` has to notice."""

    what: str
    file: str
    text: str
    mutated: str
    test: str

    def apply(self, source: str) -> str:
        """The mutated source. Raises ValueError unless the text stands in it exactly once."""
        if (found := source.count(self.text)) != 1:
            raise ValueError(f"{self.file}: the text of '{self.what}' stands there {found} times")
        return source.replace(self.text, self.mutated)


def mutations(names: list[str]) -> list[Mutation]:
    """Those of the named files, or of all."""
    paths = [MUTATIONS / f"{name}.yaml" for name in names] or sorted(MUTATIONS.glob("*.yaml"))
    return [Mutation(**entry) for path in paths for entry in yaml.safe_load(path.read_text())]


@contextmanager
def copies(count: int) -> Iterator[SimpleQueue[Path]]:
    """Folders that each hold a copy of the source, to be taken and put back."""
    free: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="gnomon-mutations-") as folder:
        for number in range(count):
            root = Path(folder) / str(number)
            shutil.copytree(SOURCE, root / "gnomon", ignore=shutil.ignore_patterns("__pycache__", ".cache"))
            free.put(root)
        yield free


def verdict(mutation: Mutation, test: str, free: SimpleQueue[Path]) -> str:
    """Whether a test notices a mutation: `caught`, `SURVIVED`, or what pytest ended with instead."""
    root = free.get()
    path = root / "gnomon" / mutation.file
    before = path.read_text()
    try:
        path.write_text(mutation.apply(before))
        code = outcome(test, root)
        return VERDICTS.get(code, f"UNDECIDED: pytest ended with {code}") if code is not None else "UNDECIDED: too long"
    finally:
        path.write_text(before)
        free.put(root)


def outcome(test: str, root: Path) -> int | None:
    """What pytest ends with on a copy of the source; None when it does not end in time."""
    options = ["-n0", "-x", "-q", "--tb=no", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", *options, *test.split()]
    try:
        ended = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, timeout=TOO_LONG)
    except subprocess.TimeoutExpired:
        return None
    return ended.returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="files of tests/mutations, without .yaml; default: all")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time")
    parser.add_argument("--test", help="run this in place of the tests that are named")
    asked = parser.parse_args()
    chosen = mutations(asked.names)
    missed = 0
    with copies(asked.jobs) as free, ThreadPoolExecutor(asked.jobs) as pool:
        found = pool.map(lambda each: verdict(each, asked.test or each.test, free), chosen)
        for mutation, said in zip(chosen, found, strict=True):
            missed += said != "caught"
            print(f"{said:<10} {mutation.file:<28} {mutation.what}  [{asked.test or mutation.test}]", flush=True)
    print(f"{len(chosen)} mutations, {len(chosen) - missed} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
