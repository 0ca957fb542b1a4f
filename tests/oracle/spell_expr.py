"""Values, predicates and aggregates as SQL."""

from __future__ import annotations

from random import Random

from oracle.logic import And, Case, Coalesce, Col, Compare, In, IsNull, Lit, Not, Or, Plus, Pred, Times, Value
from oracle.model import Agg, AggExpr, Minus, OrZero, Ratio


class Expressions:
    """The spelling of expressions. `prefix` qualifies the columns of the scan that is being written.

    `count_spellings` is whether COUNT(*) may be spelled SUM(1): not where it may count nothing.
    """

    def __init__(self, rng: Random, count_spellings: bool) -> None:
        self.rng, self.count_spellings, self.prefix = rng, count_spellings, ""

    def col(self, name: str) -> str:
        return f"r.{name[4:]}" if name.startswith("ref_") else f"{self.prefix}{name}"

    def value(self, value: Value) -> str:
        match value:
            case Col(name):
                return self.col(name)
            case Lit(None):
                return "NULL"
            case Lit(bool() as constant):
                return str(constant).upper()
            case Lit(str() as constant):
                return f"'{constant}'"
            case Lit(constant):
                return str(constant) if constant >= 0 else f"({constant})"
            case Times(left, right):
                return f"({self.value(left)} * {self.value(right)})"
            case Plus(left, right):
                return f"({self.value(left)} + {self.value(right)})"
            case Coalesce(first, default):
                return f"COALESCE({self.value(first)}, {self.value(default)})"
            case Case(condition, then, otherwise):
                branches = f"WHEN {self.pred(condition)} THEN {self.value(then)}"
                rest = "" if otherwise == Lit(None) else f" ELSE {self.value(otherwise)}"
                return f"CASE {branches}{rest} END"

    def pred(self, pred: Pred) -> str:
        match pred:
            case Compare(left, op, right):
                return f"{self.value(left)} {op} {self.value(right)}"
            case In(value, options):
                return f"{self.value(value)} IN ({', '.join(self.value(Lit(option)) for option in options)})"
            case IsNull(value):
                return f"{self.value(value)} IS NULL"
            case Not(IsNull(value)):
                return f"{self.value(value)} IS NOT NULL"
            case Not(inner):
                return f"NOT ({self.pred(inner)})"
            case And(left, right):
                return f"({self.pred(left)} AND {self.pred(right)})"
            case Or(left, right):
                return f"({self.pred(left)} OR {self.pred(right)})"

    def agg(self, agg: AggExpr) -> str:
        match agg:
            case Agg():
                return self.call(agg)
            case OrZero(inner):
                return f"COALESCE({self.agg(inner)}, 0)"
            case Minus(left, right):
                return f"{self.agg(left)} - {self.agg(right)}"
            case Ratio(above, below):
                return f"CAST({self.agg(above)} AS DOUBLE) / NULLIF({self.agg(below)}, 0)"

    def call(self, agg: Agg) -> str:
        value = "" if agg.value is None else self.value(agg.value)
        if agg.where is not None and agg.func in ("count_rows", "sum") and self.rng.random() < 0.5:
            then = "1" if agg.func == "count_rows" else value
            case = f"CASE WHEN {self.pred(agg.where)} THEN {then} END"
            return f"COUNT({case})" if agg.func == "count_rows" else f"SUM({case})"
        text = self.function(agg.func, value, agg.at)
        return text if agg.where is None else f"{text} FILTER (WHERE {self.pred(agg.where)})"

    def function(self, func: str, value: str, at: float = 0.5) -> str:
        spellings = {
            "count_rows": ["COUNT(*)", "COUNT(1)", "SUM(1)"],
            "count_distinct": [f"COUNT(DISTINCT {value})"],
            "median": [f"MEDIAN({value})"],
            "quantile": [f"QUANTILE_CONT({value}, {at})", f"PERCENTILE_CONT({at}) WITHIN GROUP (ORDER BY {value})"],
            "var_samp": [f"VAR_SAMP({value})", f"VARIANCE({value})"],
        }
        found = spellings.get(func, [f"{func.upper()}({value})"])
        return found[0] if func == "count_rows" and not self.count_spellings else self.rng.choice(found)
