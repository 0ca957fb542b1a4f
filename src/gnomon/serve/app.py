"""The application: routes, errors, documents. One process serves one catalog."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from starlette.responses import Response

from gnomon.catalog.database import connect
from gnomon.serve import v1
from gnomon.serve.access import has_accounts
from gnomon.serve.bodies import LimitedBodies, WithoutLastSlash
from gnomon.serve.dj import ROUTERS, WAREHOUSE_ROUTERS
from gnomon.serve.dj.shapes import ErrorsOut
from gnomon.serve.documents import document, documents
from gnomon.serve.refusals import add_refusals, refused
from gnomon.serve.replies import json_reply
from gnomon.serve.settings import Settings, is_local
from gnomon.serve.state import State, StateOf
from gnomon.serve.strict import StrictRoute
from gnomon.serve.v1.shapes import Health, ProblemV1

health = APIRouter(tags=["health"], route_class=StrictRoute)


def create_app(settings: Settings) -> FastAPI:
    """The application that serves a catalog.

    Raises UsageError `catalog_behind` and its like, and `no_accounts` where a catalog that anybody may read would be
    served to other machines.
    """
    engine = connect(settings.database)
    state = State(engine, settings)
    if not is_local(settings.host) and not has_accounts(engine):
        message = f"the catalog has no accounts, and {settings.host} can be reached by others"
        raise refused("no_accounts", message, "make an account with gnomon account add NAME, or serve on 127.0.0.1")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        engine.dispose()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.gnomon = state
    for ours in (health, v1.router):
        app.include_router(ours, responses={"4XX": {"model": ProblemV1}})
    for theirs in (*ROUTERS, *(WAREHOUSE_ROUTERS if settings.warehouse is not None else ())):
        app.include_router(theirs, responses={"4XX": {"model": ErrorsOut}})
    app.include_router(documents)
    add_refusals(app)
    app.add_middleware(LimitedBodies, largest=settings.largest_body)
    app.add_middleware(WithoutLastSlash)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


@health.get("/health", response_model=Health, summary="Whether the catalog answers")
def get_health(state: StateOf) -> Response:
    """Whether the server's database answers. Nobody has to log in for it."""
    accounts = has_accounts(state.engine)
    return json_reply({"status": "ok", "version": version("gnomon"), "writable": accounts})
