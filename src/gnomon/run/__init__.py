"""Effects: the lock, SQLMesh's context, the materialization, plans, runs and restatements."""
