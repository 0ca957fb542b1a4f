"""A request resolved: what each name in it stands for. Everything that is wrong with it is found at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from gnomon.catalog.sql.filters import Condition, Ordering, read_filter, read_order
from gnomon.catalog.sql.formulas import Measured, measure
from gnomon.catalog.sql.graph import Graph
from gnomon.catalog.sql.reach import Attribute, Reference, attribute, ways_from
from gnomon.errors import Problem, UsageError, did_you_mean

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as texts."""

    metrics: Sequence[str]
    dimensions: Sequence[str] = ()
    filters: Sequence[str] = ()
    order_by: Sequence[str] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its names resolved.

    `measured` holds every metric that is asked for or filtered on, `metrics` those asked for. `parents` maps each
    parent to the base metrics measured on it. `attributes` are, for each parent, what the names of dimensions stand
    for. `before` are conditions on rows, `after` those on metrics.
    """

    metrics: tuple[str, ...]
    dimensions: tuple[str, ...]
    measured: Mapping[str, Measured]
    parents: Mapping[str, tuple[str, ...]]
    attributes: Mapping[str, Mapping[str, Attribute]]
    before: tuple[Condition, ...]
    after: tuple[Condition, ...]
    order: tuple[Ordering, ...]
    limit: int | None

    def parents_of(self, measured: Measured) -> list[str]:
        """The parents that a metric is measured on."""
        return [parent for parent, bases in self.parents.items() if set(bases) & set(measured.bases)]

    def asked_as(self, name: str, parents: Iterable[str]) -> str | None:
        """The dimension of the request that is the same column as a name, None where it is not asked for."""
        tables = [self.attributes[parent] for parent in parents]
        for dimension in self.dimensions:
            if all(place(table[dimension]) == place(table[name]) for table in tables):
                return dimension
        return None

    def has_many(self, parent: str, dimension: str) -> bool:
        """Whether one row of a parent may have several values of a dimension."""
        return not all(hop.one_each for hop in self.attributes[parent][dimension].path)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes whose rows are read, parents first."""
        ways = (each.path for table in self.attributes.values() for each in table.values())
        return tuple(dict.fromkeys([*self.parents, *(hop.target for path in ways for hop in path)]))


def place(found: Attribute) -> tuple[object, str]:
    """Where an attribute is read: equal for one column by two names."""
    return found.path, found.column.lower()


def each_of(read: Callable[[S], T], items: Iterable[S], problems: list[Problem]) -> dict[S, T]:
    """What can be read of each item; what is wrong with the others joins the problems."""
    found: dict[S, T] = {}
    for item in items:
        try:
            found[item] = read(item)
        except UsageError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    return found


def settle(problems: Sequence[Problem]) -> None:
    """Raise what was found."""
    if problems:
        raise UsageError(*problems)


def resolve(graph: Graph, asked: Asked) -> Request:
    """A request with its names resolved. Raises UsageError with everything that is wrong."""
    metrics, problems = tuple(dict.fromkeys(asked.metrics)), list[Problem]()
    if not metrics:
        raise UsageError(Problem("no_metrics", "no metric is asked for", help="name one at least"))
    if asked.limit is not None and asked.limit < 0:
        raise UsageError(Problem("bad_limit", f"the limit {asked.limit} is below zero"))
    dialect = graph.authored
    dimensions = each_of(lambda text: str(Reference.read(text)), dict.fromkeys(asked.dimensions), problems)
    filters = each_of(lambda text: read_filter(text, dialect), dict.fromkeys(asked.filters), problems)
    order = each_of(lambda text: read_order(text, dialect), dict.fromkeys(asked.order_by), problems)
    settle(problems)
    conditions = [condition for each in filters.values() for condition in each]
    graph.load_metrics([*metrics, *(name for each in conditions for name in each.names if "[" not in name)])
    filtered = [name for each in conditions for name in each.names if graph.is_metric(name)]
    measured = each_of(lambda name: measure(graph, name), dict.fromkeys([*metrics, *filtered]), problems)
    settle(problems)
    after = tuple(each for each in conditions if any(name in measured for name in each.names))
    before = tuple(each for each in conditions if each not in after)
    parents = by_parent(graph, measured.values())
    needed = [*dimensions.values(), *(name for each in conditions for name in each.names if name not in measured)]
    needed += [name for each in measured.values() for name in each.dimensions]
    request = Request(
        metrics,
        tuple(dict.fromkeys(dimensions.values())),
        measured,
        parents,
        attributes_of(graph, parents, needed),
        before,
        after,
        tuple(order.values()),
        asked.limit,
    )
    check(graph, request)
    return request


def by_parent(graph: Graph, measured: Iterable[Measured]) -> dict[str, tuple[str, ...]]:
    """The base metrics of each parent, in the order of the request."""
    found: dict[str, dict[str, None]] = {}
    for base in dict.fromkeys(base for each in measured for base in each.bases):
        found.setdefault(graph.formula(base).parent or "", {})[base] = None
    return {parent: tuple(bases) for parent, bases in found.items()}


def attributes_of(
    graph: Graph, parents: Mapping[str, tuple[str, ...]], names: Iterable[str]
) -> dict[str, dict[str, Attribute]]:
    """What dimensions are, seen from each parent. Raises UsageError with every one that is not there."""
    graph.load_links(parents)
    problems: list[Problem] = []
    wanted = dict.fromkeys(names)
    found: dict[str, dict[str, Attribute]] = {}
    for parent in parents:
        graph.definition(parent)
        ways = ways_from(graph, parent)
        found[parent] = each_of(lambda n: attribute(graph, ways, parent, Reference.read(n)), wanted, problems)  # noqa: B023
    settle(problems)
    return found


def check(graph: Graph, request: Request) -> None:
    """Refuse a request that lacks what its metrics need, or orders by what it does not have."""
    problems = [problem for each in request.measured.values() for problem in lacking(graph, request, each)]
    names = [*request.metrics, *request.dimensions]
    for condition in request.after:
        for name in condition.names:
            if name not in request.measured and request.asked_as(name, request.parents) is None:
                message = f"'{name}' stands in one condition with a metric, and is not asked for"
                help = f"ask for {name} too, or make it a filter of its own"
                problems.append(Problem("bad_filter", message, help=help))
    for ordering in request.order:
        if ordering.name not in names:
            message = f"'{ordering.name}' is ordered by and not asked for"
            problems.append(Problem("bad_order", message, help=did_you_mean(ordering.name, names)))
    settle(list(dict.fromkeys(problems)))


def lacking(graph: Graph, request: Request, measured: Measured) -> Iterable[Problem]:
    """The dimensions that a metric needs and that are not asked for."""
    parents = request.parents_of(measured)
    for name in measured.dimensions:
        if request.asked_as(name, parents) is None:
            yield needs(measured.name, name)
    for metric in dict.fromkeys([measured.name, *measured.bases]):
        details = graph.definition(metric).metric
        for name in details.required_dimensions if details else ():
            for parent in parents:
                if metric in measured.bases and metric not in request.parents[parent]:
                    continue
                full = name if "." in name else f"{parent}.{name}"
                found = attribute(graph, ways_from(graph, parent), parent, Reference.read(full))
                if place(found) not in [place(request.attributes[parent][each]) for each in request.dimensions]:
                    yield needs(metric, full)


def needs(metric: str, dimension: str) -> Problem:
    """A metric has no meaning without a dimension."""
    message = f"metric '{metric}' needs the dimension '{dimension}'"
    return Problem("required_dimension", message, help=f"ask for {dimension} too")
