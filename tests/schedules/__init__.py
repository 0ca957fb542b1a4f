"""Random schedules of plans, runs, restatements and changes, driven through SQLMesh on DuckDB."""
