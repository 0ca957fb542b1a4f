"""Variants -> SQL in any dialect, or models for an engine to build."""
