"""`@convert`: which rate counts, that no row is counted twice, what a missing rate is, and what is refused."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import gnomon
from units_conversion.shop import LAST, QUERY, RATES, codes, day, series, shop, warehouse

JANUARY = date(2024, 1, 1)
PAID = "SUM(@convert(p.paid, 'USD', on := p.ts))"
EUROS = [(date(2024, 1, 5), "EUR", "USD", 2.0), (date(2024, 1, 5), "EUR", "JPY", 100.0)]


def january(tmp_path: Path, amount: str, purchases: list[dict[str, Any]], known: list[Any], **options: str) -> Any:
    """The one amount of January."""
    project = shop(tmp_path, m=amount, **options)
    assert codes(project) == []
    return series(project, warehouse(purchases, known), "m", "monthly").get(JANUARY)


def bought(currency: str | None, paid: float | None, at: datetime | None = None) -> dict[str, Any]:
    return {"ts": at or day(5), "currency": currency, "paid": paid}


@pytest.mark.parametrize(
    ("currency", "target", "expected"),
    [
        ("EUR", "USD", 20),
        ("USD", "EUR", 5),
        ("JPY", "EUR", 0.1),
        ("JPY", "USD", 0.2),
        ("USD", "JPY", 500),
        ("USD", "USD", 10),
        ("EUR", "EUR", 10),
    ],
)
def test_each_direction_and_across(tmp_path: Path, currency: str, target: str, expected: float) -> None:
    amount = f"SUM(@convert(p.paid, '{target}', on := p.ts))"
    assert january(tmp_path, amount, [bought(currency, 10)], EUROS) == pytest.approx(expected, rel=1e-15)


def test_a_known_currency(tmp_path: Path) -> None:
    found = january(tmp_path, "SUM(@convert(p.fee, 'USD', on := p.day))", [{"ts": day(5), "fee": 50.0}], EUROS)
    assert found == pytest.approx(1.0)


def test_a_part_of_a_currency_has_the_rates_of_the_whole(tmp_path: Path) -> None:
    rates = [*EUROS, (date(2024, 1, 5), "ETH", "EUR", 3000.0)]
    found = january(tmp_path, "SUM(@convert(p.wei, 'USD', on := p.ts))", [{"ts": day(5), "wei": 5e17}], rates)
    assert found == pytest.approx(3000.0)
    found = january(tmp_path, "SUM(@convert(p.fee, 'wei', on := p.ts))", [{"ts": day(5), "fee": 3e5}], rates)
    assert found == pytest.approx(1e18)


def test_money_per_something(tmp_path: Path) -> None:
    amount = "@convert(SUM(p.fee) / SUM(p.weight), 'EUR', on := '2024-01-06')"
    assert january(tmp_path, amount, [{"ts": day(20), "fee": 50.0, "weight": 5}], EUROS) == pytest.approx(0.1)


@pytest.mark.parametrize(("age", "on", "expected"), [(7, 12, 20.0), (7, 13, None), (0, 5, 20.0), (0, 6, None)])
def test_a_rate_holds_for_its_age_and_no_longer(tmp_path: Path, age: int, on: int, expected: float | None) -> None:
    rates = RATES.replace("via: EUR", f"via: EUR, max_age: {age} days, missing: null")
    assert january(tmp_path, PAID, [bought("EUR", 10, day(on, 23))], EUROS, rates=rates) == expected


def test_the_last_known_rate_counts_and_no_later_one(tmp_path: Path) -> None:
    rates = [(date(2024, 1, n), "EUR", "USD", float(n)) for n in (3, 4, 8)]
    purchases = [bought("EUR", 1, day(n)) for n in (3, 4, 5, 7, 8, 9)]
    assert january(tmp_path, PAID, purchases, rates) == 3 + 4 + 4 + 4 + 8 + 8


def test_nothing_before_the_first_rate(tmp_path: Path) -> None:
    with pytest.raises(
        duckdb.InvalidInputException, match=r"no exchange rate from EUR to USD on 2024-01-04 in raw\.rates"
    ):
        january(tmp_path, PAID, [bought("EUR", 10, day(4))], EUROS)


@pytest.mark.parametrize(("currency", "said"), [("CHF", "CHF"), (None, "null"), ("usd", "usd"), ("", "")])
def test_an_unknown_currency_is_no_number(tmp_path: Path, currency: str | None, said: str) -> None:
    with pytest.raises(duckdb.InvalidInputException, match=f"no exchange rate from {said} to USD on 2024-01-05"):
        january(tmp_path, PAID, [bought("EUR", 10), bought(currency, 10)], EUROS)


def test_what_needs_no_rate_is_no_error(tmp_path: Path) -> None:
    purchases = [bought("CHF", None), bought("USD", 3, day(1)), bought("EUR", 1)]
    assert january(tmp_path, PAID, purchases, EUROS) == 5


def test_rows_that_are_left_out_need_no_rate(tmp_path: Path) -> None:
    purchases = [bought("CHF", 10), bought("EUR", 1)]
    filtered = "SUM(@convert(p.paid, 'USD', on := p.ts)) FILTER (WHERE p.currency <> 'CHF')"
    assert january(tmp_path, filtered, purchases, EUROS) == 2
    chosen = "SUM(CASE WHEN p.currency <> 'CHF' THEN @convert(p.paid, 'USD', on := p.ts) END)"
    assert january(tmp_path, chosen, purchases, EUROS) == 2
    where = QUERY.format(amount=PAID).replace("WHERE", "WHERE p.currency <> 'CHF' AND")
    assert january(tmp_path, where, purchases, EUROS) == 2


@pytest.mark.parametrize("missing", ["error", "null"])
def test_rates_that_differ_on_a_day_are_none(tmp_path: Path, missing: str) -> None:
    rates = [*EUROS, (date(2024, 1, 5), "EUR", "USD", 2.5), (date(2024, 1, 4), "EUR", "USD", 2.0)]
    options = RATES.replace("via: EUR", f"via: EUR, missing: {missing}")
    if missing == "null":
        assert january(tmp_path, PAID, [bought("EUR", 10), bought("USD", 1)], rates, rates=options) == 1
        return
    with pytest.raises(duckdb.InvalidInputException, match="no exchange rate from EUR"):
        january(tmp_path, PAID, [bought("EUR", 10)], rates, rates=options)


def test_the_same_rate_twice_counts_once(tmp_path: Path) -> None:
    amount = f"{PAID} + @as_unit(COUNT(*), 'USD')"
    assert january(tmp_path, amount, [bought("EUR", 10), bought("EUR", 1)], EUROS * 3) == 22 + 2


def test_a_rate_that_is_no_positive_number_is_none(tmp_path: Path) -> None:
    rates = [(date(2024, 1, 4), "EUR", "USD", 3.0), *((date(2024, 1, 5), "EUR", "USD", r) for r in (None, 0.0, -1.0))]
    assert january(tmp_path, PAID, [bought("EUR", 10)], rates) == 30


def test_the_rate_of_the_shared_currency_counts_before_one_into_it(tmp_path: Path) -> None:
    rates = [(date(2024, 1, 5), "USD", "EUR", 0.4), (date(2024, 1, 5), "EUR", "USD", 2.0)]
    assert january(tmp_path, PAID, [bought("EUR", 10)], rates) == 20
    assert january(tmp_path, PAID, [bought("EUR", 10)], rates[:1]) == pytest.approx(25)


def test_without_a_shared_currency_pairs_count_as_they_stand(tmp_path: Path) -> None:
    rates = [*EUROS, (date(2024, 1, 5), "JPY", "USD", 0.5)]
    options = RATES.replace("via: EUR", "missing: null")
    purchases = [bought("JPY", 10), bought("CHF", 10), bought("USD", 1), bought("EUR", 1)]
    assert january(tmp_path, PAID, purchases, rates, rates=options) == 5 + 1 + 2
    euros = "SUM(@convert(p.paid, 'EUR', on := p.ts))"
    assert january(tmp_path, euros, [bought("USD", 1), bought("EUR", 7)], rates, rates=options) == 7


@pytest.mark.parametrize(
    ("ts", "hour", "expected"), [("timestamp", 23, 2), ("timestamptz", 4, 2), ("timestamptz", 5, 4)]
)
def test_the_day_is_the_local_one(tmp_path: Path, ts: str, hour: int, expected: int) -> None:
    rates = [(date(2024, 1, 5), "EUR", "USD", 2.0), (date(2024, 1, 6), "EUR", "USD", 4.0)]
    moment = f"2024-01-0{5 if ts == 'timestamp' else 6} {hour:02}:30:00" + ("+00" if ts == "timestamptz" else "")
    project = shop(tmp_path, ts=ts, zone="America/New_York", m=PAID)
    connection = warehouse([{"ts": moment, "currency": "EUR", "paid": 1}], rates, ts)
    assert series(project, connection, "m", "monthly") == {JANUARY: expected}
    assert series(project, connection, "m", "daily") == {date(2024, 1, 5 if expected == 2 else 6): expected}


def test_an_aggregate_at_the_day_of_its_group(tmp_path: Path) -> None:
    amount = "@convert(SUM(p.fee), 'EUR', on := @metrics_sample_date(p.ts))"
    rates = [(date(2024, 1, n), "EUR", "JPY", float(n)) for n in (1, 5, 6, 7)]
    project = shop(tmp_path, m=amount)
    connection = warehouse([{"ts": day(n), "fee": float(f)} for n, f in ((5, 10), (5, 20), (6, 30))], rates)
    assert series(project, connection, "m", "daily") == {date(2024, 1, 5): 6, date(2024, 1, 6): 5}
    assert series(project, connection, "m", "monthly") == {JANUARY: 60}
    windows = series(project, connection, "m", "over_7_day_window")
    assert (windows[date(2024, 1, 5)], windows[date(2024, 1, 6)], windows[date(2024, 1, 7)]) == (6, 10, 60 / 7)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("@convert(SUM(p.fee), 'EUR', on := p.ts)", "convert_not_grouped"),
        ("SUM(@convert(p.score, 'EUR', on := p.ts))", "unit_needed"),
        ("SUM(@convert(p.waited, 'EUR', on := p.ts))", "incompatible_units"),
        ("SUM(@convert(p.fee, 's', on := p.ts))", "macro_arguments"),
        ("SUM(@convert(p.fee, '2*EUR', on := p.ts))", "macro_arguments"),
        ("SUM(@convert(p.fee, 'EUR'))", "macro_arguments"),
        ("SUM(@convert(p.fee, 'EUR', on := p.ts + INTERVAL 1 DAY))", "convert_date"),
        ("SUM(@convert(p.fee, 'EUR', on := '5 January'))", "convert_date"),
        ("SUM(@convert(p.fee, 'EUR', on := p.ts, rates := 'raw.rate'))", "no_rates"),
        ("SUM(@convert(p.fee, 'EUR', on := p.nothing))", "unknown_column"),
        (
            QUERY.format(amount="SUM(p.fee)").replace(
                "WHERE", "JOIN raw.names AS n ON @convert(p.fee, 'EUR', on := p.ts) > 5 WHERE"
            ),
            "convert_place",
        ),
    ],
)
def test_refused(tmp_path: Path, amount: str, code: str) -> None:
    (problem,) = [p for p in gnomon.check(shop(tmp_path, m=amount)) if p.severity == "error"]
    assert problem.code == code and problem.span is not None and problem.help


def test_peers_are_converted_in_their_own_queries(tmp_path: Path) -> None:
    peer = """SELECT a.metrics_sample_date, a.customer, @metric_name() AS metric,
      @convert(a.amount, 'EUR', on := a.metrics_sample_date) AS amount FROM @metrics_peer_ref(m) AS a"""
    assert codes(shop(tmp_path, m="SUM(p.fee)", over=peer)) == ["convert_place"]
    (problem,) = [p for p in gnomon.check(shop(tmp_path, m="SUM(p.fee)", over=peer)) if p.severity == "error"]
    assert "in that metric's own query, as in SUM(@convert(..., on := <its time>))" in (problem.help or "")


def test_what_the_refusal_of_a_peer_says_to_do(tmp_path: Path) -> None:
    """Each amount is converted at its own day's rate, 2 and then 4; of January as a whole there is no one rate."""
    share = """SELECT a.metrics_sample_date, a.customer, @metric_name() AS metric, a.amount / b.amount AS amount
      FROM @metrics_peer_ref(dollars) AS a JOIN @metrics_peer_ref(fees) AS b
      ON a.metrics_sample_date = b.metrics_sample_date AND a.customer = b.customer"""
    project = shop(tmp_path, dollars=PAID, fees="SUM(@convert(p.fee, 'USD', on := p.ts))", share=share)
    assert codes(project) == []
    rates = [*EUROS, (date(2024, 1, 20), "EUR", "USD", 4.0), (date(2024, 1, 20), "EUR", "JPY", 100.0)]
    rows = [{**bought("EUR", 10, day(5)), "fee": 100.0}, {**bought("EUR", 10, day(20)), "fee": 100.0}]
    connection = warehouse(rows, rates)
    assert series(project, connection, "dollars", "monthly")[JANUARY] == pytest.approx(60)
    assert series(project, connection, "share", "monthly")[JANUARY] == pytest.approx(60 / 6)


@pytest.mark.parametrize(
    ("via", "units", "code"),
    [
        ("tok", "units: {tok: {kind: currency}}", None),
        ("tok", "", "wrong_unit"),
        ("USDC", "", "wrong_unit"),
        ("USDC", "units: {USDC: {kind: currency}}", None),
        ("pts", "units: {pts: {kind: count}}", "wrong_unit"),
        ("wei", "units: {wei: {kind: currency, of: ETH, factor: 1/10^18}}", "wrong_unit"),
    ],
)
def test_rates_go_through_a_currency_that_the_project_knows(
    tmp_path: Path, via: str, units: str, code: str | None
) -> None:
    """Only capitals were allowed, defined or not, and none of the project's own in small letters."""
    shop(tmp_path, m=PAID)
    sources, needed = tmp_path / "sources.yaml", "wei: {kind: currency, of: ETH, factor: 1/10^18}"
    sources.write_text(sources.read_text().replace("via: EUR", f"via: {via}"))
    own = units if "wei" in units else units.replace("{", f"{{{needed}, ", 1) if units else f"units: {{{needed}}}"
    (tmp_path / "units.yaml").write_text(own + "\n")
    if code is not None:
        with pytest.raises(gnomon.DefinitionError) as raised:
            found = gnomon.check(gnomon.load(tmp_path))
            raise gnomon.DefinitionError(*(p for p in found if p.severity == "error"))
        assert [problem.code for problem in raised.value.problems] == [code]
        return
    project = gnomon.load(tmp_path)
    assert codes(project) == []
    rates = [(date(2024, 1, 5), via, "USD", 2.0), (date(2024, 1, 5), via, "JPY", 100.0)]
    assert series(project, warehouse([bought("JPY", 50)], rates), "m", "monthly")[JANUARY] == pytest.approx(1)


def test_a_project_without_rates_says_how_to_declare_them(tmp_path: Path) -> None:
    shop(tmp_path, m=PAID)
    text = (tmp_path / "sources.yaml").read_text()
    (tmp_path / "sources.yaml").write_text("\n".join(line for line in text.splitlines() if "raw.rates" not in line))
    (problem,) = [p for p in gnomon.check(gnomon.load(tmp_path)) if p.severity == "error"]
    assert problem.code == "no_rates" and "rates: {raw.ecb_rates" in (problem.help or "")


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY @convert(p.paid, 'USD', on := p.ts))", 11),
        ("QUANTILE_CONT(@convert(p.paid, 'USD', on := p.ts), 0.5) FILTER (WHERE p.currency <> 'XXX')", 11),
        ("SUM(CASE WHEN @convert(p.paid, 'USD', on := p.ts) > 5 THEN @convert(p.paid, 'EUR', on := p.ts) END)", 10),
    ],
)
def test_within_other_aggregates(tmp_path: Path, amount: str, expected: float) -> None:
    assert january(tmp_path, amount, [bought("EUR", 10), bought("JPY", 100)], EUROS) == pytest.approx(expected)


def test_names_of_the_author_stay_his(tmp_path: Path) -> None:
    """A CTE and an alias that are called as the stage and its join are."""
    query = """WITH rates_by_day AS (SELECT p.customer, p.ts, p.paid, p.currency FROM raw.purchases AS p
      WHERE @metrics_in_window(p.ts))
    SELECT @metrics_sample_date(t.ts) AS metrics_sample_date, t.customer, @metric_name() AS metric,
      SUM(@convert(t.paid, 'USD', on := t.ts)) + @as_unit(COUNT(rates.name), 'USD') AS amount
    FROM rates_by_day AS t LEFT JOIN raw.names AS rates ON rates.customer = t.customer GROUP BY 1, 2, 3"""
    assert january(tmp_path, query, [bought("EUR", 10), bought("JPY", 100)], EUROS) == 22


def test_each_branch_and_each_level_joins_its_own_rates(tmp_path: Path) -> None:
    query = """SELECT metrics_sample_date, customer, metric, SUM(@convert(t.amount, 'USD', on := t.day)) AS amount
    FROM (
      SELECT @metrics_sample_date(p.ts) AS metrics_sample_date, p.customer, @metric_name() AS metric, p.day,
        SUM(@convert(p.paid, 'JPY', on := p.ts)) AS amount
      FROM raw.purchases AS p WHERE @metrics_in_window(p.ts) AND p.currency <> 'USD' GROUP BY 1, 2, 3, 4
      UNION ALL
      SELECT @metrics_sample_date(p.ts), p.customer, @metric_name(), p.day, SUM(@convert(p.paid, 'JPY', on := p.ts))
      FROM raw.purchases AS p WHERE @metrics_in_window(p.ts) AND p.currency = 'USD' GROUP BY 1, 2, 3, 4
    ) AS t GROUP BY 1, 2, 3"""
    purchases = [bought("EUR", 10), bought("USD", 1), bought("JPY", 100, day(6))]
    assert january(tmp_path, query, purchases, EUROS) == pytest.approx(20 + 1 + 2)


def test_rates_are_a_reference_that_queries_may_join(tmp_path: Path) -> None:
    query = """SELECT @metrics_sample_date(p.ts) AS metrics_sample_date, p.customer, @metric_name() AS metric,
      SUM(r.rate) AS amount
    FROM raw.purchases AS p JOIN raw.rates AS r ON r.day = p.day AND r.quote = p.currency
    WHERE @metrics_in_window(p.ts) GROUP BY 1, 2, 3"""
    assert january(tmp_path, query, [bought("JPY", 10), bought("USD", 10)], EUROS) == 102


def test_one_join_for_all_calls_of_a_day(tmp_path: Path) -> None:
    both = "SUM(@convert(p.paid, 'EUR', on := p.ts)) + MAX(@convert(p.paid, 'EUR', on := p.ts))"
    project = shop(tmp_path, m=both)
    (query,) = gnomon.render(project, "m", interval="monthly", end=LAST)
    assert query.sql.count("JOIN rates_by_day") == 1


def test_a_stock_is_converted_at_the_rate_of_the_day_that_it_is_from(tmp_path: Path) -> None:
    shop(tmp_path, m="SUM(@convert(p.fee, 'EUR', on := p.ts))")
    metrics = (tmp_path / "metrics.yaml").read_text()
    carry = "additivity: {over_time: last, carry: {forward: 2 days}}, entity_types"
    (tmp_path / "metrics.yaml").write_text(metrics.replace("entity_types", carry))
    rates = [(date(2024, 1, n), "EUR", "JPY", float(n)) for n in (5, 6, 7)]
    connection = warehouse([{"ts": day(n), "fee": 60.0} for n in (5, 6)], rates)
    project = gnomon.load(tmp_path)
    assert codes(project) == []
    assert series(project, connection, "m", "daily") == {day(n).date(): 60 / min(n, 6) for n in (5, 6, 7, 8)}


def test_hours_have_the_rate_of_their_local_day(tmp_path: Path) -> None:
    shop(tmp_path, zone="America/New_York", m="@convert(SUM(p.fee), 'EUR', on := @metrics_sample_date(p.ts))")
    metrics = (tmp_path / "metrics.yaml").read_text()
    (tmp_path / "metrics.yaml").write_text(metrics.replace("[daily, monthly]", "[hourly]"))
    rates = [(date(2024, 1, n), "EUR", "JPY", float(n)) for n in (5, 6, 7)]
    connection = warehouse([{"ts": day(6, 23), "fee": 60.0}], rates)
    assert series(gnomon.load(tmp_path), connection, "m", "hourly") == {datetime(2024, 1, 7, 4): 10}
