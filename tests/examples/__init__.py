"""The example projects: what is written and loaded, what is refused, and a few numbers by other means."""
