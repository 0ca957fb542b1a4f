"""The statement that docs/explanation/catalog-sql.md shows is the one that is made; GNOMON_WRITE_GOLDEN=1 writes it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from catalog.sql.shop import shop
from gnomon.catalog.sql import metrics_sql

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "catalog-sql.md"
BLOCK = re.compile(r"(?<=```sql made\n).*?(?=```\n)", re.DOTALL)


def test_the_page_shows_what_is_made() -> None:
    metrics = ["shop.revenue", "shop.refunds", "shop.rate"]
    request = (metrics, ["shop.customer.name"], ["shop.date.y[placed] = 2020"])
    sql = metrics_sql(shop, *request, dialect="duckdb", catalogs={"default": ""}).sql + "\n"
    text = PAGE.read_text()
    if os.environ.get("GNOMON_WRITE_GOLDEN"):
        PAGE.write_text(BLOCK.sub(lambda _: sql, text))
    assert BLOCK.findall(PAGE.read_text()) == [sql]
