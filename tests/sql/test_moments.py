"""Which queries give other rows in the next run, and which on the next day."""

from __future__ import annotations

import duckdb
import pytest

from odibi_sql.sql import analyse
from odibi_sql.sql.files import HIDING_FUNCTIONS, is_file_function, is_state_function
from odibi_sql.sql.moments import DATE_FUNCTIONS, VOLATILE_FUNCTIONS


@pytest.mark.parametrize(
    ("sql", "moment"),
    [
        ("select 1", "fixed"),
        ("select random, uuid, now, today, age from t", "fixed"),
        ("select t.current_date, t.random from t", "fixed"),
        ("select x as random, y as now, z as current_timestamp from t", "fixed"),
        ("select 'now()', 'current_date' -- now()\nfrom t /* random() */", "fixed"),
        ('select "current_date" from t', "fixed"),
        ("select user from t", "fixed"),
        ("select age(a, b), age(a, coalesce(b, c)) from t", "fixed"),
        ("select to_timestamp(0), make_date(2020, 1, 1), date '2020-01-01', version()", "fixed"),
        ("from orders tablesample reservoir(10 rows) repeatable (1)", "fixed"),
        ("from orders using sample 10 percent (bernoulli, 377)", "fixed"),
        ("select 'today'", "fixed"),
        ("select current_date", "date"),
        ("select CURRENT_DATE - interval 1 day from t", "date"),
        ("from t where d > today()", "date"),
        ("select current_date()", "date"),
        ("select age(coalesce(a, b)) from t", "date"),
        ("select today(), random()", "volatile"),
        ("select RANDOM() from t", "volatile"),
        ("select random ( ) from t", "volatile"),
        ("select pg_catalog.now()", "volatile"),
        ('select "now"()', "volatile"),
        ("select current_timestamp", "volatile"),
        ("select current_timestamp::date", "volatile"),
        ("select localtimestamp, localtime, current_time", "volatile"),
        ("with a as (select gen_random_uuid() as u) from a", "volatile"),
        ("select (select max(uuid()) from t) as u", "volatile"),
        ("select nextval('s')", "volatile"),
        ("select current_setting('threads')", "volatile"),
        ("select getvariable('x')", "volatile"),
        ("from orders tablesample 10%", "volatile"),
        ("from orders using sample 3", "volatile"),
        ("from duckdb_settings()", "volatile"),
        ("select * from t, pragma_version()", "volatile"),
        ("from information_schema.tables", "volatile"),
        ("from pg_catalog.pg_class", "volatile"),
    ],
)
def test_time_chance_and_state_are_told_apart(sql: str, moment: str) -> None:
    assert analyse(sql).moment == moment


@pytest.mark.parametrize(
    ("sql", "moment"),
    [
        ("select rand(), uuid() from t", "volatile"),
        ("select unix_timestamp() from t", "volatile"),
        ("select unix_timestamp(x) from t", "fixed"),
        ("select monotonically_increasing_id() from t", "volatile"),
        ("select curdate() from t", "date"),
        ("select timestamp 'now' from t", "volatile"),
        ("select 'now' from t", "fixed"),
    ],
)
def test_spark_has_its_own_words(sql: str, moment: str) -> None:
    assert analyse(sql, "spark", "spark").moment == moment


def test_the_lists_hold_all_that_this_duckdb_calls_inconsistent() -> None:
    # Where other overloads are consistent, it is the session's time zone that counts, which is fixed.
    rows = duckdb.execute(
        "select function_name from duckdb_functions() where function_type = 'scalar' group by function_name"
        " having bool_and(stability <> 'CONSISTENT') or bool_or(has_side_effects)"
    ).fetchall()
    found = {name for (name,) in rows}
    assert len(found) > 20
    assert found - VOLATILE_FUNCTIONS - DATE_FUNCTIONS == {"error"}


# Their rows depend on their arguments alone.
SAFE_TABLE_FUNCTIONS = {
    "generate_series", "icu_calendar_names", "json_each", "json_tree", "range", "repeat", "repeat_row", "summary",
    "test_all_types", "test_vector_types", "unnest",
}  # fmt: skip
# They are called for what they do, and give nothing to make a table of.
CHANGING_TABLE_FUNCTIONS = {
    "create_external_resource", "deregister_external_resource", "destroy_external_resource", "disable_logging",
    "enable_logging", "enable_profiling", "register_external_resource", "register_external_resource_type",
    "add_grammar_extension", "remove_grammar_extension", "add_parquet_key", "disable_profile", "disable_profiling",
    "enable_profile", "copy_database",
}  # fmt: skip


def test_the_lists_hold_all_table_functions_of_this_duckdb_that_read_by_name_or_state() -> None:
    rows = duckdb.execute(
        "select distinct function_name, list_contains(parameters, 'path') or list_contains(parameters, 'paths')"
        " or list_contains(parameters, 'file') or list_contains(parameters, 'pattern') as reads"
        " from duckdb_functions() where function_type in ('table', 'table_macro')"
    ).fetchall()
    reading = {name for name, reads in rows if reads}
    assert {name for name in reading if not is_file_function(name)} == {"json_each", "json_tree", "which_secret"}
    others = {name for name, reads in rows if not reads}
    assert len(others) > 50
    unlisted = {name for name in others if not is_state_function(name)} - HIDING_FUNCTIONS
    assert unlisted - SAFE_TABLE_FUNCTIONS - CHANGING_TABLE_FUNCTIONS == set()
