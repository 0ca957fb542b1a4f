"""The rules of inference: `rule_of(cls)` finds the one for a class of SQLGlot's tree."""

from gnomon.check.units.rules.table import RULES, rule_of

__all__ = ["RULES", "rule_of"]
