"""Spark's own expressions make the nested table web_events: spark_events.py ROWS."""

# ruff: noqa: E501 - an expression of SQL reads better unbroken
from __future__ import annotations

import sys

from spark_session import finish, session


def pick(*values: object) -> str:
    """One of the values, each as likely."""
    return f"element_at(array({', '.join(repr(value) for value in values)}), 1 + CAST(rand() * {len(values)} AS INT))"


def repeat(element: str, least: int, most: int) -> str:
    """An array of `least` .. `most` elements."""
    return f"transform(slice(array({', '.join('0' * most)}), 1, {least} + CAST(rand() * {most - least + 1} AS INT)), x -> {element})"


WORDS = pick(
    *"amber basin cedar delta ember fjord grove haven inlet jetty knoll lagoon meadow nook orchard prairie".split()
)
ADDRESS = "concat_ws('.', 1 + CAST(rand() * 220 AS INT), CAST(rand() * 256 AS INT), CAST(rand() * 256 AS INT), 1 + CAST(rand() * 254 AS INT))"
PRODUCT = (
    "named_struct('product_id', CAST(pow(rand(), 10) * 20000 AS INT) + 1, 'position', CAST(1 + rand() * 48 AS SMALLINT),"
    " 'bid_usd', CAST(least(25, exp(-1.2 + 0.7 * randn())) AS DECIMAL(8,4)),"
    f" 'badges', {repeat(pick('new', 'sale', 'bestseller', 'eco', 'limited', 'gift'), 0, 2)})"
)


def columns(rows: int) -> dict[str, tuple[str, str]]:
    """Column -> its type and expression."""
    at = f"timestamp_micros(1748736000000000 + CAST(id * (1209599000000 / {rows}) AS BIGINT))"
    return {
        "event_id": ("string", "uuid()"),
        "occurred_at": ("timestamp", at),
        "event_type": ("string", pick("page_view", "click", "search", "add_to_cart", "purchase")),
        "user_id": ("bigint", "CASE WHEN rand() >= 0.55 THEN CAST(pow(rand(), 5) * 20000 AS BIGINT) + 1 END"),
        "duration_ms": (
            "int",
            "CASE WHEN rand() >= 0.03 THEN CAST(greatest(40, least(1800000, exp(8.7 + 1.2 * randn()))) AS INT) END",
        ),
        "page": (
            "struct<path:string,title:string,referrer:string>",
            f"named_struct('path', concat('/', {pick('shop', 'search', 'cart', 'help', 'account')}, '/', {WORDS}, '-', 100 + CAST(rand() * 900 AS INT)),"
            f" 'title', array_join({repeat(WORDS, 2, 6)}, ' '), 'referrer',"
            f" {pick('https://search.example.com/', 'https://news.example.org/', 'https://social.example.net/', '(direct)')})",
        ),
        "client": (
            "struct<ip:string,country:string,languages:array<string>>",
            f"named_struct('ip', {ADDRESS}, 'country', {pick('US', 'GB', 'DE', 'FR', 'CA', 'BR', 'IN', 'JP')},"
            f" 'languages', {repeat(pick('en-US', 'en-GB', 'de-DE', 'fr-FR', 'pt-BR', 'hi-IN', 'ja-JP'), 1, 3)})",
        ),
        "device": (
            "struct<user_agent:string,pixel_ratio:double,viewport:struct<width:int,height:int>>",
            f"named_struct('user_agent', concat('Mozilla/5.0 (X11; Linux x86_64) Example/', CAST(rand() * 200 AS INT)), 'pixel_ratio',"
            f" CAST({pick(1.0, 1.25, 1.5, 2.0, 3.0)} AS DOUBLE), 'viewport',"
            f" named_struct('width', {pick(360, 390, 412, 768, 1280, 1440, 1920)}, 'height', CAST(560 + rand() * 641 AS INT)))",
        ),
        "products": (
            "array<struct<product_id:int,position:smallint,bid_usd:decimal(8,4),badges:array<string>>>",
            repeat(PRODUCT, 0, 8),
        ),
        "scroll_depths": ("array<float>", f"CASE WHEN rand() >= 0.05 THEN {repeat('CAST(rand() AS FLOAT)', 0, 6)} END"),
        "timings_ms": (
            "map<string,int>",
            "map_from_arrays(slice(array('dns', 'connect', 'first_byte', 'dom_ready', 'load'), 1, n), slice(array("
            + ", ".join(["CAST(least(30000, exp(5.1 + 0.8 * randn())) AS INT) + 1"] * 5)
            + "), 1, n))",
        ),
        "query": (
            "map<string,array<string>>",
            "CASE WHEN rand() >= 0.2 THEN map_from_arrays(slice(array('q', 'page', 'sort'), 1, n - 2), slice(array("
            + ", ".join([repeat(pick("lamp", "tent", "mug", "blue", "green", "large", "2", "newest"), 1, 2)] * 3)
            + "), 1, n - 2)) END",
        ),
        "is_bot": ("boolean", "rand() < 0.04"),
        "event_date": ("date", f"CAST({at} AS DATE)"),
    }


if __name__ == "__main__":
    count = int(sys.argv[1])
    numbered = session().range(0, count, 1, 8).selectExpr("id", "2 + CAST(rand() * 4 AS INT) AS n")
    finish(numbered.selectExpr(*(f"{expression} AS {name}" for name, (_, expression) in columns(count).items())))
