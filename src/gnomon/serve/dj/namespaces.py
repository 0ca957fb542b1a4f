"""Namespaces: what is in them, made, taken away, brought back, and written as files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, UploadFile
from starlette.responses import Response

from gnomon.catalog.checks import check_name
from gnomon.catalog.summaries import summaries
from gnomon.catalog.values import Kind
from gnomon.serve.access import Reader, Writer
from gnomon.serve.answers import summary_json
from gnomon.serve.dj.export import exported_zip, spec_of
from gnomon.serve.dj.shapes import Json, Message
from gnomon.serve.dj.space_shapes import GitConfig, Namespace, NodeLine
from gnomon.serve.refusals import refused
from gnomon.serve.replies import json_reply
from gnomon.serve.state import State, StateOf
from gnomon.serve.strict import StrictRoute

router = APIRouter(tags=["namespaces"], route_class=StrictRoute)

NamespaceName = Annotated[str, Path(description="A namespace's name", examples=["shop"])]


def require(state: State, name: str) -> None:
    """Refuse `unknown_namespace` unless there is one of this name, or inside it."""
    if not state.spaces.list(name):
        raise refused("unknown_namespace", f"A namespace with name `{name}` does not exist.")


@router.get("/namespaces", response_model=list[Namespace], summary="All namespaces")
def list_namespaces(state: StateOf, _: Reader) -> Response:
    """All active namespaces, by name, each with the number of nodes in it itself."""
    found = [{"namespace": space.name, "num_nodes": space.nodes} for space in state.spaces.list()]
    return json_reply([each | {"github_repo_path": None, "git_branch": None} for each in found])


@router.get("/namespaces/{namespace}", response_model=list[NodeLine], summary="Nodes of a namespace")
def list_nodes(
    state: StateOf, _: Reader, namespace: NamespaceName, type_: Annotated[Kind | None, Query()] = None
) -> Response:
    """The active nodes of a namespace and of those inside it, by name."""
    found = summaries(state.engine, namespace, kinds=[type_] if type_ else [])
    if not found:
        require(state, namespace)
    return json_reply([summary_json(each) for each in found])


@router.post("/namespaces/{namespace}", status_code=201, response_model=Message, summary="Make a namespace")
def make_namespace(state: StateOf, _: Writer, namespace: NamespaceName, include_parents: bool = False) -> Response:
    """Make a namespace before it has nodes."""
    made = state.spaces.make(namespace, include_parents)
    if not made:
        raise refused("namespace_exists", f"Node namespace `{namespace}` already exists")
    message = f"The following node namespaces have been successfully created: {', '.join(made)}"
    return json_reply({"message": message}, 201)


@router.delete("/namespaces/{namespace}", response_model=Message, summary="Take a namespace away")
def delete_namespace(state: StateOf, by: Writer, namespace: NamespaceName, cascade: bool = False) -> Response:
    """Take a namespace and those inside it away; with `cascade` also their nodes, which can be brought back."""
    changes = state.spaces.leave(namespace, cascade=cascade, by=by.name)
    nodes = f" The following nodes have also been deactivated: {','.join(c.name for c in changes)}" if changes else ""
    return json_reply({"message": f"Namespace `{namespace}` has been deactivated.{nodes}"})


@router.post(
    "/namespaces/{namespace}/restore", status_code=201, response_model=Message, summary="Bring a namespace back"
)
def restore_namespace(state: StateOf, by: Writer, namespace: NamespaceName, cascade: bool = False) -> Response:
    """Bring a namespace back; with `cascade` also the nodes that went with it."""
    changes = state.spaces.come_back(namespace, cascade=cascade, by=by.name)
    nodes = f" The following nodes have also been restored: {','.join(c.name for c in changes)}" if changes else ""
    return json_reply({"message": f"Namespace `{namespace}` has been restored.{nodes}"}, 201)


@router.patch("/namespaces/{namespace}/git", response_model=GitConfig, summary="A checkout, which is not kept")
def set_git(state: StateOf, _: Writer, namespace: NamespaceName, config: GitConfig) -> Response:
    """Make a namespace for a checkout. What is said of the checkout itself is answered, and not kept."""
    check_name(namespace)
    if config.parent_namespace == namespace:
        raise refused("wrong_namespace", f"Namespace `{namespace}` cannot be its own parent")
    state.spaces.make(namespace)
    return json_reply(vars(config))


@router.get("/namespaces/{namespace}/export/spec", response_model=Json, summary="A namespace as a deployment")
def export_spec(state: StateOf, _: Reader, namespace: NamespaceName) -> Response:
    """A namespace as the body of a call that deploys it, without loss."""
    require(state, namespace)
    return json_reply(spec_of(state, namespace))


@router.post(
    "/namespaces/{namespace}/export/yaml",
    summary="A namespace as files",
    response_class=Response,
    responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
)
def export_yaml(
    state: StateOf, _: Reader, namespace: NamespaceName, existing_zip: UploadFile | None = None
) -> Response:
    """A ZIP of YAML files, one a node, and dj.yaml.

    Into a folder that has files already (`existing_zip`): a node goes where its file is, and a file that says the same
    stays as it is, comments and all.
    """
    require(state, namespace)
    before = existing_zip.file.read() if existing_zip is not None else None
    headers = {"Content-Disposition": f'attachment; filename="{namespace}.zip"'}
    return Response(exported_zip(state, namespace, before), headers=headers, media_type="application/zip")
