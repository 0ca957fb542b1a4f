"""The list of mutations fits the source: each applies in one place, gives a module, and names a test that is there."""

from __future__ import annotations

import ast

import pytest
from bench.mutate import MUTATIONS, REPOSITORY, SOURCE, Mutation, mutations

ALL = mutations([])


@pytest.mark.parametrize("mutation", ALL, ids=[f"{each.file}: {each.what}" for each in ALL])
def test_a_mutation_fits_the_source(mutation: Mutation) -> None:
    mutated = mutation.apply((SOURCE / mutation.file).read_text())
    ast.parse(mutated)
    for node in mutation.test.split():
        path, *names = node.split("::")
        assert (REPOSITORY / path).exists()
        if names:
            assert f"def {names[-1].split('[')[0]}(" in (REPOSITORY / path).read_text()


def test_there_are_mutations() -> None:
    assert {path.stem for path in MUTATIONS.glob("*.yaml")} and len(ALL) == len({each.what for each in ALL})
