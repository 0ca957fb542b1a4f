"""The orders of a small shop, known row by row."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

FIRST = date(2024, 1, 1)
DAYS = 60
EXECUTION = "2024-03-01"
CUSTOMERS = ("anna", "ben", "cleo")


def orders() -> list[tuple[str, str, str, float]]:
    """Each day one order of anna's, every second one of ben's, every tenth one of cleo's."""
    rows = []
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        for every, customer in zip((1, 2, 10), CUSTOMERS, strict=True):
            if number % every == 0:
                rows.append((f"{day}T12:00:00", customer, f"o{len(rows)}", 1.5 * every))
    return rows


def write_orders(path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("ordered_at", "customer_id", "order_number", "price"))
        writer.writerows(orders())


def orders_by_month() -> dict[tuple[str, str], int]:
    """How many orders each customer made, by the first day of the month."""
    return dict(Counter((f"{at[:7]}-01", customer) for at, customer, _, _ in orders()))


def orders_in_window(customer: str, last: date, days: int) -> int:
    """How many orders a customer made in the days up to and including the last."""
    first = last - timedelta(days=days - 1)
    return sum(who == customer and str(first) <= at[:10] <= str(last) for at, who, _, _ in orders())
