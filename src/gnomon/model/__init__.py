"""What a project says, as frozen values. No files, no SQL trees, no effects."""

from gnomon.model.metric import Metadata, Metric, StockRule
from gnomon.model.project import Project
from gnomon.model.rates import RateTable
from gnomon.model.tables import Column, Display, Entity, Key, Reference, Relationship, SourceTable, UnitBy
from gnomon.model.variant import Variant

__all__ = [
    "Column",
    "Display",
    "Entity",
    "Key",
    "Metadata",
    "Metric",
    "Project",
    "RateTable",
    "Reference",
    "Relationship",
    "SourceTable",
    "StockRule",
    "UnitBy",
    "Variant",
]
