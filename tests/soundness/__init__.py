"""Wrong numbers once produced, each pinned."""
