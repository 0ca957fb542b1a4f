"""The names of a variant's output columns, read from the metric's SQL before it is bound."""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp

from gnomon.model import Project, Relationship, Variant
from gnomon.rewrite.bridges import to_names
from gnomon.rewrite.context import Context
from gnomon.rewrite.parse import MARK, naming_template, parse_query
from gnomon.rewrite.paths import find_path
from gnomon.source import Source

SAMPLE_DATE, METRIC, AMOUNT = "metrics_sample_date", "metric", "amount"


def key_domain(project: Project, key: tuple[str, ...]) -> str | None:
    """The entity that a key's columns hold, as the sources declare it."""
    return next((k.entity for source in project.sources.values() if (k := source.key_of(key))), None)


def entity_columns(project: Project, variant: Variant) -> tuple[str, ...]:
    """The names of a variant's entity columns in its table.

    The key's own name for its own entity; the key's name with the entity put in where it holds the key's entity
    (`to_artifact_id` becomes `to_project_id`); otherwise the columns that hold the entity.
    """
    key = variant.metric.entity_keys[""]
    direct = variant.metric.entity_keys.get(variant.entity)
    if direct is not None:
        return direct
    domain = key_domain(project, key) or default_domain(project)
    if domain == variant.entity:
        return key
    if len(key) == 1 and domain and domain in key[0]:
        return (key[0].replace(domain, variant.entity),)
    path = find_path(project, domain or "", variant.entity, variant.metric.span("entity_types"))
    return to_names(path)


def default_domain(project: Project) -> str | None:
    """The entity that an undeclared key is taken to hold: the one that others roll up from, if it is the only one."""
    targets = {hop.to_entity for hop in project.relationships}
    roots = [name for name in project.entities if name not in targets]
    return roots[0] if len(roots) == 1 else None


def contract_names(project: Project, variant: Variant, as_key: Context | None = None) -> tuple[str, ...]:
    """A variant's output columns in order; in the metric's own key names where `as_key` asks for a peer's view.

    A peer at the variant's own entity is seen through the key that the metric's SQL is written against, and is
    renamed by binding like everything else.
    """
    key = variant.metric.entity_keys[""]
    renamed = entity_columns(project, variant)
    seen = as_key.key if as_key is not None and as_key.variant.entity == variant.entity else renamed
    names: list[str] = []
    for name in written_names(variant.metric.sql, variant.metric.dialect, key[0]):
        if name == key[0]:
            names += [*seen, *(column for column in renamed if column not in seen)]
        elif name not in key:
            names.append(name)
    return tuple(dict.fromkeys(names))


@lru_cache(maxsize=512)
def written_names(sql: Source, dialect: str, key: str) -> tuple[str, ...]:
    """The output names of a metric's SQL, as written against its key."""
    query = parse_query(sql, dialect)
    selects = query.selects
    return tuple(written_name(select, key) for select in selects)


def written_name(select: exp.Expr, key: str) -> str:
    """One output's name; an entity macro's is the key's."""
    inner = select.unalias()
    if isinstance(inner, exp.Anonymous) and inner.name.lower().startswith(f"{MARK}metrics_entity_type_"):
        return key
    name = select.alias_or_name.lower()
    return key if naming_template(name) is not None else name


def paths_of(project: Project, variant: Variant) -> tuple[Relationship, ...]:
    """The relationships that a variant's entity is reached through; () where it is the source's own."""
    if variant.entity in variant.metric.entity_keys:
        return ()
    domain = key_domain(project, variant.metric.entity_keys[""]) or default_domain(project)
    if domain is None or domain == variant.entity:
        return ()
    return find_path(project, domain, variant.entity, variant.metric.span("entity_types"))
