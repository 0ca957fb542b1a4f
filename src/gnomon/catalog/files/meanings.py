"""What a node's SQL may mean otherwise on the engine that is to run it, said when the node is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gnomon.catalog.files.graph import DIALECT, read_sql
from gnomon.catalog.files.prepared import FAILURES, over_tables
from gnomon.catalog.sql.kept import kept
from gnomon.catalog.sql.known_types import Types
from gnomon.catalog.values import Definition
from gnomon.errors import Problem, UsageError


def not_kept(definition: Definition, there: Mapping[str, Definition], dialect: str) -> tuple[Problem, ...]:
    """Warnings of what no rule keeps between Spark and a dialect, in the words in which its statements are warned of.

    They are of the node's own SQL, not of what it reads. `there` has the nodes that it reads, with the types of their
    columns. Nothing is said of SQL that cannot be read.
    """
    if definition.query is None or dialect == DIALECT:
        return ()
    try:
        query, nodes = over_tables(read_sql(definition.query), definition, there)
        types: Types = {
            (table.lower(),): {column.name.lower(): column.type for column in there[node].columns if column.type}
            for table, node in nodes.items()
        }
        return tuple(kept(query, dialect, DIALECT, types)[1])
    except UsageError as error:
        return tuple(replace(problem, severity="warning") for problem in error.problems)
    except FAILURES:
        return ()
