"""The house rules that a machine can hold: layers, sizes, imports, clocks.

Imports are read with `ast`, so that those inside functions count as well.
"""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import gnomon
from source_tree import (
    ALL_IMPORTS,
    FILES,
    MODULES,
    ROOT,
    SRC,
    clocks,
    for_types_only,
    importers,
    imports,
    layer,
    relative,
    tree,
)

LAYERS = (  # from top to bottom; those of one row do not import each other
    ("cli",),
    ("examples", "loader"),
    ("serve",),
    ("query", "run", "catalog"),
    ("engine",),
    ("compile",),
    ("check",),
    ("plan",),
    ("rewrite",),
    ("expand",),
    ("load",),
    ("model",),
    ("time", "units"),
    ("errors",),
    ("source", "limits", "names"),
)
LEVEL = {name: len(LAYERS) - row for row, names in enumerate(LAYERS) for name in names}
PURE = {name for names in LAYERS[LAYERS.index(("compile",)) :] for name in names}

LONGEST_FILE, LONG_FILE = 500, 300
LONGEST_FUNCTION, LONG_FUNCTION = 60, 40


# Layers


def test_every_module_has_a_layer() -> None:
    assert {layer(path) for path in MODULES} - {"__init__"} == set(LEVEL)


def test_each_layer_imports_only_layers_below_it() -> None:
    wrong = []
    for one in ALL_IMPORTS:
        parts = one.module.split(".")
        if parts[0] != "gnomon" or len(parts) == 1 or layer(one.path) == "__init__":
            continue
        above, below = layer(one.path), parts[1]
        if below != above and LEVEL[below] >= LEVEL[above]:
            wrong.append(f"{relative(one.path)}:{one.line} imports {one.module}")
    assert wrong == []


def test_layers_are_those_of_the_import_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    rows = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    named = [tuple(part.strip().removeprefix("gnomon.") for part in row.split("|")) for row in rows]
    ours = [tuple(n for n in names if n not in ("examples", "loader")) for names in LAYERS]
    assert named == [names for names in ours if names]


def test_questions_never_import_runs() -> None:
    assert [one for one in ALL_IMPORTS if layer(one.path) == "query" and one.module.startswith("gnomon.run")] == []


# Sizes


def test_no_file_is_too_long() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in FILES}
    for name, length in sorted(lengths.items(), key=lambda item: -item[1]):
        if length > LONG_FILE:
            print(f"a second look: {name} has {length} lines")
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{relative(path)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_no_function_is_too_long() -> None:
    lengths = {name: length for path in MODULES for name, length in functions(path)}
    listed = [f"{name}: {length}" for name, length in sorted(lengths.items(), key=lambda item: -item[1])]
    long = [line for line in listed if int(line.rsplit(" ", 1)[1]) > LONG_FUNCTION]
    print("\n".join(["a second look:", *long]))
    assert [line for line in long if int(line.rsplit(" ", 1)[1]) > LONGEST_FUNCTION] == [], "\n".join(long)


@pytest.mark.parametrize("word", ["utils", "helpers", "core", "manager"])
def test_no_module_is_called_by_a_word_that_says_nothing(word: str) -> None:
    assert [path for path in MODULES if word in {*path.parent.relative_to(SRC).parts, *path.stem.split("_")}] == []


# Public names


def test_public_names_are_complete_and_importable() -> None:
    assert sorted(gnomon.__all__) == sorted(gnomon.HOMES)
    for name, module in gnomon.HOMES.items():
        assert getattr(gnomon, name) is getattr(importlib.import_module(module), name)
    assert callable(gnomon.load), "the package gnomon.load has taken the place of the function"
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        _ = gnomon.lode


def test_names_for_type_checkers_are_the_public_names() -> None:
    skipped = for_types_only(tree(SRC / "__init__.py"))
    named = {alias.name for node in skipped if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert named == set(gnomon.__all__)


@pytest.mark.filterwarnings("ignore:.*json_encoders.*:DeprecationWarning")  # SQLMesh's own use of pydantic
@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_listed_names_exist(path: Path) -> None:
    name = "gnomon." + relative(path).removesuffix(".py").replace("/", ".")
    listed = [
        node.value
        for node in tree(path).body
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
    ]
    if listed:
        module = importlib.import_module(name.removesuffix(".__init__"))
        assert [one for one in ast.literal_eval(listed[0]) if not hasattr(module, one)] == []


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_modules_say_what_they_are(path: Path) -> None:
    docstring = ast.get_docstring(tree(path))
    assert docstring or not path.read_text().strip()


# Heavy imports


def test_sqlmesh_is_imported_in_few_places() -> None:
    places = importers("sqlmesh")
    assert places.pop("rewrite/host.py") is True, "it is imported where a metric uses SQLMesh's macros, and only then"
    assert [name for name in places if not name.startswith(("run/", "compile/sqlmesh"))] == []


def test_duckdb_is_imported_by_the_engine_and_the_examples() -> None:
    assert [name for name in importers("duckdb") if not name.startswith(("engine/", "examples/"))] == []


def test_pydantic_reads_files_and_calls_only() -> None:
    found = {*importers("pydantic"), *importers("pydantic_core")}
    assert {name for name in found if not name.startswith(("load/", "serve/"))} == set()


def modules_after(code: str, folder: Path) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after some code."""
    program = f"{code}\nimport sys; print('LOADED', *{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True, timeout=120
    )
    return set(done.stdout.splitlines()[-1].removeprefix("LOADED ").split())


COMMAND = """
from gnomon.cli.main import main
import sys
sys.argv = {arguments}
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
"""


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    loaded = modules_after(COMMAND.format(arguments=["gnomon", "--help"]), tmp_path)
    assert "click" in loaded
    assert loaded & {"sqlmesh", "sqlglot", "pydantic", "duckdb", "pyarrow", "altair", "pandas"} == set()


def test_check_imports_no_sqlmesh_and_no_engine(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "gnomon.yaml").write_text("name: small\nstart: 2024-01-01\n")
    (tmp_path / "sources.yaml").write_text(
        "sources: {raw.visits: {time: day, keys: {person: person}, columns: {day: date, person: text}}}\n"
        "entities: {person: {}}\n"
    )
    (tmp_path / "metrics.yaml").write_text(
        "visits: {ref: visits.sql, time_aggregations: [daily], entity_types: [person], entity_key: person}\n"
    )
    (tmp_path / "queries" / "visits.sql").write_text(
        "SELECT @metrics_sample_date(v.day) AS metrics_sample_date, v.person, @metric_name() AS metric, "
        "COUNT(*) AS amount FROM raw.visits AS v WHERE @metrics_in_window(v.day) GROUP BY 1, 2, 3\n"
    )
    loaded = modules_after(COMMAND.format(arguments=["gnomon", "check"]), tmp_path)
    assert {"pydantic", "sqlglot"} <= loaded
    assert loaded & {"sqlmesh", "duckdb", "pyarrow", "altair", "pandas"} == set()


# No clock, no environment


@pytest.mark.parametrize("path", [path for path in MODULES if layer(path) in PURE], ids=relative)
def test_pure_layers_ask_no_clock_and_no_environment(path: Path) -> None:
    assert list(clocks(tree(path))) == []


def test_the_check_for_layers_sees_lazy_imports(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("def f():\n    from gnomon.cli import main\n    import sqlmesh.core\n")
    assert [(one.module, one.is_lazy) for one in imports(path)] == [("gnomon.cli", True), ("sqlmesh.core", True)]
