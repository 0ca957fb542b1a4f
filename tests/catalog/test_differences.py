"""How much a change matters: a unit breaks, a description does not."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from gnomon.catalog.differences import PIECES, RULES, differences, level_of
from gnomon.catalog.values import Column, CubeDetails, Definition, Link, MetricDetails
from gnomon.catalog.versions import FIRST, Version

USD, EUR = {"kind": "currency", "code": "USD"}, {"kind": "currency", "code": "EUR"}
BASE = Definition(
    "metric",
    query="SELECT 1",
    columns=(Column("a", "int", USD, description="x"), Column("b", "text")),
    links=(Link("d", "r", join_on="x = y"),),
    metric=MetricDetails(direction="neutral", required_dimensions=("d.id",)),
    cube=CubeDetails(("m",), ("d.id",)),
)


def with_column(**changed: Any) -> Definition:
    return replace(BASE, columns=(replace(BASE.columns[0], **changed), BASE.columns[1]))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (BASE, ()),
        (with_column(unit=EUR), (("columns.a.unit", "major"),)),
        (with_column(unit=None), (("columns.a.unit", "major"),)),
        (replace(BASE, columns=(BASE.columns[0], Column("b", "text", EUR))), (("columns.b.unit", "minor"),)),
        (with_column(type="bigint"), (("columns.a.type", "major"),)),
        (with_column(type=None), (("columns.a.type", "major"),)),
        (with_column(description="y"), (("columns.a.description", "patch"),)),
        (with_column(attributes=("primary_key",)), (("columns.a.attributes", "minor"),)),
        (with_column(lineage=("s.a",)), (("columns.a.lineage", "patch"),)),
        (replace(BASE, columns=BASE.columns[:1]), (("columns.b", "major"),)),
        (replace(BASE, columns=(*BASE.columns, Column("c"))), (("columns.c", "minor"),)),
        (replace(BASE, columns=BASE.columns[::-1]), (("columns (order)", "patch"),)),
        (replace(BASE, description="words"), (("description", "patch"),)),
        (replace(BASE, tags=("t",), owners=("o",)), (("tags", "patch"), ("owners", "patch"))),
        (replace(BASE, query="SELECT 2"), (("query", "major"),)),
        (replace(BASE, mode="draft"), (("mode", "minor"),)),
        (replace(BASE, links=()), (("links.d[r]", "major"),)),
        (replace(BASE, links=(*BASE.links, Link("e"))), (("links.e[]", "minor"),)),
        (replace(BASE, links=(replace(BASE.links[0], join_on="x > y"),)), (("links.d[r].join_on", "major"),)),
        (replace(BASE, links=(replace(BASE.links[0], role="s"),)), (("links.d[r]", "major"), ("links.d[s]", "minor"))),
        (
            replace(BASE, metric=MetricDetails()),
            (("metric.direction", "minor"), ("metric.required_dimensions", "major")),
        ),
        (replace(BASE, cube=CubeDetails(("m", "n"), ())), (("cube.metrics", "minor"), ("cube.dimensions", "major"))),
    ],
)
def test_each_change_has_its_level(after: Definition, expected: tuple[tuple[str, str], ...]) -> None:
    assert differences(BASE, after) == expected


def test_the_largest_level_is_that_of_the_whole() -> None:
    after = replace(with_column(unit=EUR), description="words")
    assert level_of(differences(BASE, after)) == "major"
    assert str(Version(1, 2, 3).after("major")) == "v2.0.0"
    assert str(FIRST.after("patch")) == "v1.0.1"


@pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
def test_every_field_has_a_rule(kind: type) -> None:
    identity = {Column: {"name"}, Link: {"dimension", "role"}, Definition: {"kind", *PIECES}}
    assert set(RULES[kind]) == {field.name for field in fields(kind)} - identity.get(kind, set())


@pytest.mark.parametrize("text", ["", "v", "1.x", "v1.0.0.0", "latest", "v1.0\n", "-1"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no version"):
        Version.read(text)


QUERY = "SELECT SUM(o.amount) AS paid, 'Ab' AS x FROM shop.orders AS o WHERE o.id > 1"


@pytest.mark.parametrize(
    ("query", "level"),
    [
        ("select sum(o.amount) as paid,\n  'Ab' as x\nfrom shop.orders as o where o.id > 1\n", "patch"),
        (f"-- what was paid\n{QUERY} /* all of it */", "patch"),
        (QUERY.replace(" AS o", " o"), "patch"),
        (QUERY.replace("'Ab'", "'ab'"), "major"),
        (QUERY.replace("AS paid", "AS Paid"), "major"),
        (QUERY.replace("o.id > 1", "1 < o.id"), "major"),
        (QUERY.replace("shop.orders", "shop.Orders"), "major"),
        (QUERY.replace("SELECT", "SELECT /*+ BROADCAST(o) */"), "major"),
        (QUERY.replace("FROM", "FROM ("), "major"),
        (QUERY.replace("o.amount", "DISTINCT o.amount"), "major"),
    ],
)
def test_sql_that_is_only_laid_out_anew_breaks_nothing(query: str, level: str) -> None:
    assert differences(replace(BASE, query=QUERY), replace(BASE, query=query)) == (("query", level),)
    unreadable = replace(BASE, query="SELECT FROM (")
    assert differences(unreadable, replace(BASE, query="select from (")) == (("query", "major"),)
