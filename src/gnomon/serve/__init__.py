"""The catalog over HTTP: our own calls under /v1, and those that DataJunction's clients make.

settings.py   where the catalog is, and who may reach it
app.py        the application: routes, errors, documents
access.py     who asks, and what is allowed;  refusals.py: what goes wrong, in both forms that clients know
specs.py      nodes as calls send them;  changes.py: what a call mentions, put into a node
units.py      a metric's unit as the old enumeration says it;  answers.py: nodes as JSON
dj/, v1/      the routes
"""

from gnomon.serve.app import create_app
from gnomon.serve.settings import Settings

__all__ = ["Settings", "create_app"]
