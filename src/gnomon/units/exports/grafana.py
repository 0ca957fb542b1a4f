"""Grafana's unit ids, which say how a panel shows a number.

The trap: `kbytes` to `pbytes` are binary (KiB to PiB), and the decimal sizes are `deckbytes` to `decpbytes`. Both
`bytes` and `decbytes` take bytes; they differ in how they show many. What has no id is `suffix:`, a text for the eye.
"""

from __future__ import annotations

from typing import Any

from gnomon.units.exports.parts import UnitJson, currency, is_read_as, joined, of_parts
from gnomon.units.vocabulary import VOCABULARY, Vocabulary
from gnomon.units.wire import (
    CURRENCY,
    DATA_SIZE_CODES,
    TIME_CODES,
    AtomicUnit,
    CompoundUnit,
    Unit,
    UnitError,
    read_unit,
)

TIMES = {"ms": "ms", "s": "s", "min": "m", "h": "h", "d": "d"}
SIZES = {"B": "decbytes", "KB": "deckbytes", "MB": "decmbytes", "GB": "decgbytes", "TB": "dectbytes", "PB": "decpbytes",
         "KiB": "kbytes", "MiB": "mbytes", "GiB": "gbytes", "TiB": "tbytes"}  # fmt: skip
RATES = {code: "Bps" if code == "B" else f"{code}s" for code in DATA_SIZE_CODES}
COUNTS = {None: "cps", "requests": "reqps", "operations": "ops", "events": "eps", "messages": "mps", "records": "recps",
          "rows": "rowsps", "reads": "rps", "writes": "wps"}  # fmt: skip
CURRENCIES = ("USD", "GBP", "EUR", "JPY", "RUB", "UAH", "BRL", "DKK", "ISK", "NOK", "SEK", "CZK", "CHF", "PLN", "BTC",
              "ZAR", "INR", "KRW")  # fmt: skip
SECOND = AtomicUnit("time", "s")
IDS: dict[Unit, str] = {
    **{AtomicUnit("time", code): spelled for code, spelled in TIMES.items()},
    **{AtomicUnit("data_size", code): spelled for code, spelled in SIZES.items()},
    **{AtomicUnit("currency", code): f"currency{code}" for code in CURRENCIES},
    **{CompoundUnit(AtomicUnit("data_size", code), SECOND): spelled for code, spelled in RATES.items()},
    **{CompoundUnit(AtomicUnit("count", code), SECOND): spelled for code, spelled in COUNTS.items()},
    AtomicUnit("percentage"): "percent",
    AtomicUnit("proportion"): "percentunit",
    AtomicUnit("unitless"): "none",
    AtomicUnit("count"): "short",
}
UNITS = {
    **{spelled: unit.to_json() for unit, spelled in IDS.items()},
    "bytes": {"kind": "data_size", "code": "B"},
    "binBps": CompoundUnit(AtomicUnit("data_size", "B"), SECOND).to_json(),
}
SUFFIX = "suffix:"
WORDS = {
    **{AtomicUnit("time", code): code for code in TIME_CODES},
    **{AtomicUnit("data_size", code): code for code in DATA_SIZE_CODES},
    AtomicUnit("percentage"): "%",
    AtomicUnit("proportion"): "proportion",
    AtomicUnit("unitless"): "1",
    AtomicUnit("count"): "count",
}
ATOMS = {word: atom for atom, word in WORDS.items()}


def grafana_id(unit: UnitJson | None, vocabulary: Vocabulary = VOCABULARY) -> str | None:
    """The id of a unit; None where it is unset, money of an unknown denomination, or a label like another unit's text.

    >>> grafana_id({"kind": "data_size", "code": "KB"}), grafana_id({"kind": "data_size", "code": "KiB"})
    ('deckbytes', 'kbytes')
    >>> grafana_id({"kind": "count", "code": "clicks"}), grafana_id({"kind": "percentage"})
    ('suffix:clicks', 'percent')
    """
    if unit is None:
        return None
    parts = read_unit(unit, own=vocabulary.own)
    if parts in IDS:
        return IDS[parts]
    text = joined(parts, lambda atom: WORDS.get(atom, atom.code))
    if text is None:
        return None
    return SUFFIX + text if is_read_as(SUFFIX + text, parts.to_json(), unit_of_grafana) else None


def unit_of_grafana(id: str) -> dict[str, Any]:
    """The unit JSON of an id; UnitError for one that says no unit of ours. In a suffix only times, sizes, shares and
    currencies are read, where no id says them: any other text may be a label or a unit that we do not know.

    >>> unit_of_grafana("mbytes"), unit_of_grafana("suffix:USD/h")["denominator"]
    ({'kind': 'data_size', 'code': 'MiB'}, {'kind': 'time', 'code': 'h'})
    >>> unit_of_grafana("suffix:clicks")
    Traceback (most recent call last):
    gnomon.units.wire.UnitError: 'clicks' is text for the eye
    """
    if id in UNITS:
        return dict(UNITS[id])
    if not id.startswith(SUFFIX):
        raise UnitError(f"'{id}' is no unit of ours")
    parts = id.removeprefix(SUFFIX).split("/")
    if len(parts) > 2:
        raise UnitError(f"'{id}' is more than one unit per another")
    unit = of_parts([atom_of(part) for part in parts])
    if read_unit(unit) in IDS:
        raise UnitError(f"'{id}' is text for the eye, the unit's own id is '{IDS[read_unit(unit)]}'")
    return unit


def atom_of(word: str) -> AtomicUnit:
    if word in ATOMS:
        return ATOMS[word]
    if CURRENCY.fullmatch(word):
        return currency(word)
    raise UnitError(f"'{word}' is text for the eye")
