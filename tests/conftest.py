"""Every run tries the same random cases, so that a change fails by its own faults; GNOMON_EXAMPLES asks for others."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True)
if "GNOMON_EXAMPLES" not in os.environ:
    settings.load_profile("same")
