"""Our own calls."""

from fastapi import APIRouter

from gnomon.serve.v1 import nodes, push

router = APIRouter(prefix="/v1")
router.include_router(nodes.router)
router.include_router(push.router)

__all__ = ["router"]
