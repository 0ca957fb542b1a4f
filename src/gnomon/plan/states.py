"""The keys of a grouped query, the states that it keeps for each of them, and the columns that hold them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlglot import exp

from gnomon.plan.aggregates import State, plain
from gnomon.plan.frame import Frame
from gnomon.plan.spread import distance

TAKEN = ("slot", "n", "leaves", "opens", "block", "following", "expires", "first_n", "last_n")
"""The columns of the stages themselves."""


def named_after(word: str) -> set[str]:
    """A column's name, and those that stages make of it where it holds a distinct value, its weight or a mean.

    >>> sorted(named_after("actor"))
    ['actor', 'actor_back', 'actor_first', 'actor_last', 'actor_left', 'actor_to_first', 'actor_to_last']
    """
    words = (f"{word}_{end}" for end in ("left", "back", "first", "last", "to_first", "to_last"))
    return {word, *words, *(word.replace("weight", other, 1) for other in ("entered", "left"))}


@dataclass(slots=True)
class Windows:
    """One grouped query under way: its keys, its states and the columns that hold them.

    `keys` and `values` name expressions over the rows; `states` are named uniquely.
    """

    frame: Frame
    keys: dict[exp.Expr, str] = field(default_factory=dict)
    values: dict[exp.Expr, str] = field(default_factory=dict)
    states: list[State] = field(default_factory=list)

    def free(self, name: str) -> str:
        """A column's name that nothing has yet, nor any column that stages name after it."""
        named = (*self.keys.values(), *self.values.values(), *(state.name for state in self.states))
        taken = {*TAKEN}.union(*map(named_after, named))
        words = (name, *(f"{name}_{i}" for i in range(2, 1000)))
        return next(word for word in words if not named_after(word) & taken)

    def state(self, wanted: State) -> exp.Column:
        """The column of a state, which aggregates share."""
        argument = self.argument(wanted)
        for known in self.states:
            if (known.function, known.argument, known.side) == (wanted.function, argument, wanted.side):
                return exp.column(known.name, table="windowed")
        found = replace(wanted, name=self.free(wanted.name), argument=argument)
        self.states.append(found)
        return exp.column(found.name, table="windowed")

    def argument(self, wanted: State) -> exp.Expr | None:
        """What a state is of, which is one of the values from then on."""
        argument = wanted.argument
        if argument is None:
            return None
        name = plain(argument) or "value"
        if wanted.is_centred:
            name, argument = f"off_{name}", distance(argument, self.keys, self.frame.dialect)
        if argument not in self.values:
            self.values[argument] = self.free(name)
        return argument

    @property
    def key_names(self) -> list[str]:
        return [*self.keys.values()]

    @property
    def weight(self) -> str | None:
        """The state that is more than nothing exactly where the window has rows; None without a distinct count."""
        return next((state.name for state in self.distinct_states), None)

    @property
    def merged_states(self) -> list[State]:
        """Those that are computed from the rows of a slot."""
        return [state for state in self.states if state.function is not None]

    @property
    def sides(self) -> list[State]:
        return [state for state in self.states if state.side is not None]

    @property
    def window_states(self) -> list[State]:
        """Those that windows have: all but those of slots alone."""
        return [state for state in self.states if state.function is None or not state.is_centred]

    @property
    def distinct_states(self) -> list[State]:
        return [state for state in self.states if state.function is None and state.side is None]

    def value(self, state: State, table: str | None = None) -> exp.Expr:
        """The column that holds a state's argument."""
        return exp.Star() if state.argument is None else exp.column(self.values[state.argument], table=table)
