"""What a project says, as frozen values. No files, no SQL trees, no effects."""

from gnomon.model.metric import Metadata, Metric, StockRule
from gnomon.model.project import Project
from gnomon.model.tables import Column, Display, Entity, Key, Reference, Relationship, SourceTable
from gnomon.model.variant import Variant

__all__ = [
    "Column",
    "Display",
    "Entity",
    "Key",
    "Metadata",
    "Metric",
    "Project",
    "Reference",
    "Relationship",
    "SourceTable",
    "StockRule",
    "Variant",
]
