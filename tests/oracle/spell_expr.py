"""Values, predicates and aggregates as SQL."""

from __future__ import annotations

from random import Random

from oracle.formula import Add, Agg, AggExpr, Having, Minus, OrZero, Ratio, When
from oracle.logic import (
    And,
    Case,
    Coalesce,
    Col,
    Compare,
    Concat,
    In,
    IsNull,
    Lit,
    Not,
    Or,
    Plus,
    Pred,
    Times,
    Together,
    Value,
)


class Expressions:
    """The spelling of expressions. `prefix` qualifies the columns of the scan that is being written.

    `count_spellings` is whether COUNT(*) may be spelled SUM(1): not where it may count nothing, as under a FILTER.
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
            case Together(left, right):
                return f"{self.rng.choice(['', 'ROW'])}({self.value(left)}, {self.value(right)})"
            case Concat(left, right):
                return f"({self.value(left)} || '/' || {self.value(right)})"

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
                return f"{self.operand(left)} - {self.operand(right)}"
            case Add(left, right):
                return f"{self.operand(left)} + {self.operand(right)}"
            case Ratio(above, below) if self.rng.random() < 0.7:
                return f"CAST({self.agg(above)} AS DOUBLE) / NULLIF({self.agg(below)}, 0)"
            case Ratio(above, below):
                divided = f"CAST({self.agg(above)} AS DOUBLE) / {self.operand(below)}"
                return f"CASE WHEN {self.operand(below)} <> 0 THEN {divided} END"
            case When(tested, op, number, then, otherwise):
                rest = "" if otherwise is None else f" ELSE {self.agg(otherwise)}"
                return f"CASE WHEN {self.call(tested)} {op} {number} THEN {self.agg(then)}{rest} END"

    def operand(self, agg: AggExpr) -> str:
        text = self.agg(agg)
        return f"({text})" if isinstance(agg, Minus | Add | Ratio) else text

    def condition(self, having: Having) -> str:
        if having.op.startswith("is"):
            return f"{self.operand(having.agg)} {having.op.upper()}"
        return f"{self.operand(having.agg)} {having.op} {having.number}"

    def call(self, agg: Agg) -> str:
        value = "" if agg.value is None else self.value(agg.value)
        if agg.where is not None and agg.func in ("count_rows", "sum", "count_distinct") and self.rng.random() < 0.5:
            return self.conditional(agg, value, self.pred(agg.where))
        kept = "" if agg.where is None else f" FILTER (WHERE {self.pred(agg.where)})"
        return self.function(agg.func, value, agg.at, kept)

    def conditional(self, agg: Agg, value: str, condition: str) -> str:
        """A FILTER clause spelled as CASE, or by an aggregate that takes a condition."""
        if agg.func == "count_rows":
            case = f"CASE WHEN {condition} THEN 1 END"
            return self.rng.choice([f"COUNT({case})", f"COUNT_IF(COALESCE({condition}, FALSE))"])
        case = f"CASE WHEN {condition} THEN {value} END"
        return f"SUM({case})" if agg.func == "sum" else f"COUNT(DISTINCT {case})"

    def function(self, func: str, value: str, at: float = 0.5, kept: str = "") -> str:
        """A call; `kept` is its FILTER clause."""
        spellings = {
            "count_rows": ["COUNT(*)", "COUNT(1)", "SUM(1)"],
            "count_distinct": [f"COUNT(DISTINCT {value})"],
            "median": [f"MEDIAN({value})"],
            "quantile": [f"QUANTILE_CONT({value}, {at})", f"PERCENTILE_CONT({at}) WITHIN GROUP (ORDER BY {value})"],
            "sum_distinct": [f"SUM(DISTINCT {value})"],
            "avg_distinct": [f"AVG(DISTINCT {value})"],
            "bool_and": [f"BOOL_AND({value})", f"MIN(CAST({value} AS INTEGER))"],
            "bool_or": [f"BOOL_OR({value})", f"MAX(CAST({value} AS INTEGER))"],
            "var_samp": [f"VAR_SAMP({value})", f"VARIANCE({value})"],
            "stddev_samp": [f"STDDEV_SAMP({value})", f"STDDEV({value})"],
        }
        found = spellings.get(func, [f"{func.upper()}({value})"])
        plain = func == "count_rows" and (bool(kept) or not self.count_spellings)
        text = (found[0] if plain else self.rng.choice(found)) + kept
        return f"CAST({text} AS INTEGER)" if text.startswith("BOOL") else text
