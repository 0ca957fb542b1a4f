"""Units in the spelling of other systems: exact, valid there, and never read back as another unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import pytest
import ucumvert
from hypothesis import given
from hypothesis import strategies as st

from gnomon.units import VOCABULARY, product_of
from gnomon.units.exports import (
    dbt_meta,
    frictionless_properties,
    grafana_id,
    metric_name,
    prometheus_unit,
    ucum_code,
    unit_of_dbt,
    unit_of_frictionless,
    unit_of_grafana,
    unit_of_prometheus,
    unit_of_ucum,
)
from gnomon.units.wire import DATA_SIZE_CODES, TIME_CODES, UnitError, read_unit

Unit = dict[str, Any]
PARSER = ucumvert.get_ucum_parser()
LABELS = ("clicks", "page views", "Issues", "NFT", "USD", "THB", "top", "wk", "s", "%", "1", "count", "a/b", "{x}",
          "seconds", "second", "bytes", "x_per_y", "点击", "naïve users", "proportion", "~", '"')  # fmt: skip
CODELESS = ("percentage", "proportion", "unitless", "count", "currency")


def time(code: str) -> Unit:
    return {"kind": "time", "code": code}


def size(code: str) -> Unit:
    return {"kind": "data_size", "code": code}


def count(code: str) -> Unit:
    return {"kind": "count", "code": code}


def money(code: str) -> Unit:
    return {"kind": "currency", "code": code}


def per(numerator: Unit, denominator: Unit) -> Unit:
    return {"numerator": numerator, "denominator": denominator}


ATOMS = [
    *map(time, TIME_CODES),
    *map(size, DATA_SIZE_CODES),
    *({"kind": kind} for kind in CODELESS),
    *map(money, ("USD", "EUR", "THB", "ETH", "BTC", "NFT")),
    *map(count, LABELS),
]
PAIRS = [per(over, under) for over in ATOMS for under in ATOMS]
labels = st.one_of(st.sampled_from(LABELS), st.text(min_size=1, max_size=8).filter(str.strip))
atoms = st.one_of(
    st.sampled_from(ATOMS),
    st.from_regex(r"[A-Z]{3}", fullmatch=True).map(money),
    labels.map(count),
)
units = st.one_of(atoms, st.builds(per, atoms, atoms))
TEXTS: Mapping[str, tuple[Callable[[Unit], str | None], Callable[[str], Unit]]] = {
    "ucum": (ucum_code, unit_of_ucum),
    "grafana": (grafana_id, unit_of_grafana),
    "prometheus": (lambda unit: getattr(prometheus_unit(unit), "name", None), unit_of_prometheus),
}


def back(target: str, unit: Unit) -> Unit | None:
    """What a unit is read as after it was spelled; None where it is not spelled or not read."""
    spell, read = TEXTS[target]
    spelled = spell(unit)
    try:
        return None if spelled is None else read(spelled)
    except UnitError:
        return None


def with_underscores(unit: Unit) -> Unit:
    """The unit with its labels as UCUM can write them."""
    if "numerator" in unit:
        return per(with_underscores(unit["numerator"]), with_underscores(unit["denominator"]))
    return {key: "_".join(value.split()) if key == "code" else value for key, value in unit.items()}


UCUM = [
    *zip(map(time, TIME_CODES), ("ms", "s", "min", "h", "d", "wk", "mo", "a"), strict=True),
    *zip(map(size, DATA_SIZE_CODES), ("By", "kBy", "MBy", "GBy", "TBy", "PBy", "KiBy", "MiBy", "GiBy", "TiBy"),
         strict=True),
    ({"kind": "percentage"}, "%"),
    ({"kind": "proportion"}, "1"),
    ({"kind": "unitless"}, "1"),
    ({"kind": "count"}, "1"),
    ({"kind": "currency"}, None),
    (money("USD"), "{USD}"),
    (count("clicks"), "{clicks}"),
    (count("page views"), "{page_views}"),
    (count("NFT"), "1{NFT}"),
    (count("点击"), None),
    (count("{x}"), None),
    (per(money("USD"), time("h")), "{USD}/h"),
    (per(count("clicks"), count("impressions")), "{clicks}/{impressions}"),
    (per({"kind": "count"}, time("s")), "1/s"),
    (per(size("KB"), time("s")), "kBy/s"),
    (per(money("USD"), count("点击")), None),
]  # fmt: skip


@pytest.mark.parametrize(("unit", "code"), UCUM)
def test_ucum_codes(unit: Unit, code: str | None) -> None:
    assert ucum_code(unit) == code


def test_unset_is_unset_everywhere() -> None:
    assert [ucum_code(None), grafana_id(None), prometheus_unit(None)] == [None, None, None]
    assert [dbt_meta(None), frictionless_properties(None), unit_of_dbt({}), unit_of_frictionless({})] == [
        {},
        {},
        None,
        None,
    ]


@given(units)
def test_what_is_written_as_ucum_is_ucum(unit: Unit) -> None:
    code = ucum_code(unit)
    if code is not None:
        PARSER.parse(code)


def test_ucum_means_the_same_amounts() -> None:
    """An independent reader of UCUM agrees on each factor; a month and a year have no length here."""
    registry = ucumvert.PintUcumRegistry()
    for kind, codes, base in (("time", TIME_CODES[:6], "s"), ("data_size", DATA_SIZE_CODES, "B")):
        for code in codes:
            unit = {"kind": kind, "code": code}
            factor = product_of(unit).ratio(product_of({"kind": kind, "code": base}))
            theirs = registry.from_ucum(ucum_code(unit)).to("second" if kind == "time" else "byte").magnitude
            assert float(theirs) == pytest.approx(float(factor), rel=1e-12), code


@pytest.mark.parametrize("target", ["ucum", "grafana"])
@given(units)
def test_no_spelling_is_read_as_another_unit(target: str, unit: Unit) -> None:
    assert back(target, unit) in (None, unit, with_underscores(unit))


@pytest.mark.parametrize("target", ["ucum", "grafana"])
def test_no_two_units_share_a_spelling_that_is_read(target: str) -> None:
    for unit in [*ATOMS, *PAIRS]:
        assert back(target, unit) in (None, unit, with_underscores(unit)), unit


@given(units)
def test_a_prometheus_unit_is_read_as_what_its_factor_leads_to(unit: Unit) -> None:
    made, read = prometheus_unit(unit), back("prometheus", unit)
    if made is not None and read is not None:
        assert product_of(unit).ratio(product_of(read)) == made.factor


def test_prometheus_units_of_all_pairs_are_read_as_what_their_factors_lead_to() -> None:
    for unit in [*ATOMS, *PAIRS]:
        made, read = prometheus_unit(unit), back("prometheus", unit)
        if made is not None and read is not None:
            assert product_of(unit).ratio(product_of(read)) == made.factor, unit


PROMETHEUS = [
    (time("ms"), "seconds", Fraction(1, 1000)),
    (time("wk"), "seconds", Fraction(604_800)),
    (time("mo"), "months", Fraction(1)),
    (time("yr"), "months", Fraction(12)),
    (size("KB"), "bytes", Fraction(1000)),
    (size("TiB"), "bytes", Fraction(1024**4)),
    ({"kind": "percentage"}, "ratio", Fraction(1, 100)),
    ({"kind": "proportion"}, "ratio", Fraction(1)),
    (money("USD"), "usd", Fraction(1)),
    (count("clicks"), "", Fraction(1)),
    ({"kind": "count"}, "", Fraction(1)),
    ({"kind": "unitless"}, "", Fraction(1)),
    (per(size("MB"), time("min")), "bytes_per_second", Fraction(50_000, 3)),
    (per(count("page views"), time("h")), "page_views_per_second", Fraction(1, 3600)),
    (per({"kind": "count"}, time("s")), "per_second", Fraction(1)),
    (per(money("USD"), time("mo")), "usd_per_month", Fraction(1)),
]


@pytest.mark.parametrize(("unit", "name", "factor"), PROMETHEUS)
def test_prometheus_units(unit: Unit, name: str, factor: Fraction) -> None:
    made = prometheus_unit(unit)
    assert made is not None
    assert (made.name, made.factor) == (name, factor)


@pytest.mark.parametrize(
    "unit",
    [{"kind": "currency"}, per(count("seconds"), time("s")), per(count("top"), time("s")),
     per(count("点击"), time("s")), per(money("USD"), {"kind": "unitless"}), per(money("USD"), {"kind": "count"})],
)  # fmt: skip
def test_what_a_metric_name_cannot_say_is_left_out(unit: Unit) -> None:
    assert prometheus_unit(unit) is None


def test_metric_names() -> None:
    seconds = prometheus_unit(time("ms"))
    assert metric_name("metrics.wait_to_project_daily", seconds) == "metrics_wait_to_project_daily_seconds"
    assert metric_name("request_seconds", seconds, counter=True) == "request_seconds_total"
    assert metric_name("1st-visits", None) == "_1st_visits"


def test_grafana_calls_binary_sizes_by_the_decimal_names() -> None:
    """`kbytes` is KiB and `deckbytes` is KB; a panel with the other one is wrong by 2.4 % to 10 %."""
    decimal = {code: grafana_id(size(code)) for code in DATA_SIZE_CODES if "i" not in code}
    binary = {code: grafana_id(size(code)) for code in DATA_SIZE_CODES if "i" in code}
    assert decimal == {"B": "decbytes", "KB": "deckbytes", "MB": "decmbytes", "GB": "decgbytes", "TB": "dectbytes",
                       "PB": "decpbytes"}  # fmt: skip
    assert binary == {"KiB": "kbytes", "MiB": "mbytes", "GiB": "gbytes", "TiB": "tbytes"}
    assert [unit_of_grafana(id)["code"] for id in ("bytes", "kbytes", "deckbytes")] == ["B", "KiB", "KB"]
    rates = {grafana_id(per(size(code), time("s"))) for code in DATA_SIZE_CODES}
    assert rates == {"Bps", "KBs", "MBs", "GBs", "TBs", "PBs", "KiBs", "MiBs", "GiBs", "TiBs"}


GRAFANA = [
    (time("ms"), "ms"),
    (time("min"), "m"),
    (time("mo"), "suffix:mo"),
    ({"kind": "percentage"}, "percent"),
    ({"kind": "proportion"}, "percentunit"),
    ({"kind": "unitless"}, "none"),
    ({"kind": "count"}, "short"),
    ({"kind": "currency"}, None),
    (count("clicks"), "suffix:clicks"),
    (count("wk"), None),
    (money("USD"), "currencyUSD"),
    (money("THB"), "suffix:THB"),
    (per(money("USD"), time("h")), "suffix:USD/h"),
    (per(count("requests"), time("s")), "reqps"),
    (per({"kind": "count"}, time("s")), "cps"),
    (per(count("clicks"), time("s")), "suffix:clicks/s"),
]


@pytest.mark.parametrize(("unit", "id"), GRAFANA)
def test_grafana_ids(unit: Unit, id: str | None) -> None:
    assert grafana_id(unit) == id


@pytest.mark.parametrize(
    ("target", "text"),
    [
        *(("ucum", text) for text in ("1", "1/s", "Cel", "us", "By.s", "s2", "", "{GPU}", "a/b/c", "{}", "{x", "kby")),
        *(("prometheus", text) for text in ("celsius", "clicks", "", "seconds_per_second_per_second", "gpu", "second")),
        *(("grafana", text) for text in ("celsius", "suffix:mph", "suffix:B", "suffix:ms", "suffix:", "kwatth", "")),
    ],
)
def test_what_could_mean_something_else_is_not_read(target: str, text: str) -> None:
    with pytest.raises(UnitError):
        TEXTS[target][1](text)


@given(units)
def test_dbt_and_frictionless_lose_nothing(unit: Unit) -> None:
    canonical = read_unit(unit).to_json()
    assert unit_of_dbt(dbt_meta(unit)) == canonical
    assert unit_of_frictionless(frictionless_properties(unit)) == canonical


def test_units_by_key_keep_their_keys() -> None:
    unit = {"by": "metric", "map": {"stars": count("stars"), "wait": time("s"), "unset": None}}
    known = {"by": "metric", "map": {"stars": count("stars"), "wait": time("s")}}
    assert unit_of_dbt(dbt_meta(unit)) == unit_of_frictionless(frictionless_properties(unit)) == known


def test_a_code_in_another_column_stays_there() -> None:
    unit = {"kind": "currency", "by": "currency_code"}
    assert (dbt_meta(unit), frictionless_properties(unit)) == ({"unit": unit}, {"x-unit": unit})
    assert unit_of_dbt({"unit": unit}) == unit_of_frictionless({"x-unit": unit}) == unit
    for wrong in ({"kind": "time", "by": "c"}, {"kind": "currency", "by": 1}, {**unit, "code": "USD"}):
        with pytest.raises(UnitError):
            unit_of_dbt({"unit": wrong})


@pytest.mark.parametrize(
    "meta",
    [{"unit": "furlong"}, {"unit": {"kind": "time"}}, {"unit": 1}, {"unit_by": "metric"},
     {"unit_by": {"column": "m", "map": {}}}, {"unit": None, "unit_by": None}],
)  # fmt: skip
def test_dbt_meta_that_is_no_unit(meta: Any) -> None:
    with pytest.raises(UnitError):
        unit_of_dbt(meta)


@pytest.mark.parametrize(
    "field",
    [{"unit": "furlong"}, {"unit": 1}, {"unit": "1"}, {"x-unit": "s"}, {"unit": "s", "x-unit": time("h")},
     {"unit": "s", "x-unit": {"kind": "currency"}},
     {"unit": "s", "x-unit-by": {"column": "m", "map": {"a": time("s")}}}],
)  # fmt: skip
def test_frictionless_fields_that_are_no_unit(field: Any) -> None:
    with pytest.raises(UnitError):
        unit_of_frictionless(field)


def test_a_projects_own_units() -> None:
    own = VOCABULARY.extended(
        {
            "units": {
                "wei": {"kind": "currency", "of": "ETH", "factor": "1/10^18"},
                "kviews": {"kind": "count", "of": "views", "factor": "1000"},
            }
        }
    )
    wei, kviews = money("wei"), count("kviews")
    made = prometheus_unit(per(wei, time("h")), own)
    assert made is not None and (made.name, made.factor) == ("eth_per_second", Fraction(1, 3600 * 10**18))
    assert prometheus_unit(kviews, own) == prometheus_unit(kviews, own).__class__("", Fraction(1000))
    assert ucum_code(wei, own) is None, "in braces it would be read as a count"
    assert (ucum_code(kviews, own), grafana_id(wei, own)) == ("{kviews}", "suffix:wei")
    assert unit_of_dbt(dbt_meta(wei, own), own) == unit_of_frictionless(frictionless_properties(wei, own), own) == wei
    with pytest.raises(UnitError):
        unit_of_dbt(dbt_meta(wei, own))
