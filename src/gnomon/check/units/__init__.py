"""What unit each column of a query has: inferred node by node over SQLGlot's tree, and checked on the way.

values.py      what is known of one expression: a unit, a bare number, nothing, one unit for each key
logic.py       three-valued logic over keys;  answers.py: predicates worked out for one key
ledger.py      bare numbers that were multiplied in, and what they can mean
frames.py      one SELECT: its tables, its facts, its groups
queries.py     the walk over SELECT, set operations, CTEs, PIVOT
rules/         one line for each class of SQLGlot
infer.py       the whole of it over a qualified tree;  api.py: `gnomon.infer_units`
"""

from gnomon.check.units.infer import Inferred, infer
from gnomon.check.units.values import ColumnUnit, Diagnostic, TableUnits

__all__ = ["ColumnUnit", "Diagnostic", "Inferred", "TableUnits", "infer"]
