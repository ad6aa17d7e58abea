"""Folder -> Project: settings and where they come from, every mistake at once, and what is only worth a warning."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from odibi_sql.errors import Problems, ProjectError
from odibi_sql.project import Known, ModelFile, Project, find_project, load_project

KNOWN = Known(("duckdb", "spark"), ("table", "view", "ephemeral"))
Load = Callable[..., Project]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Writes the files and loads them; the project file gets a `name` at its end, where it has no other."""

    def write_and_load(files: Mapping[str, str | bytes], target: str | None = None, **given: object) -> Project:
        for path, content in {"odibi_project.yml": "", **files}.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if path == "odibi_project.yml" and isinstance(content, str) and "\nname: " not in f"\n{content}":
                content += "\nname: shop\n"
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        return load_project(tmp_path, target, given, KNOWN)

    return write_and_load


def settings_of(project: Project, name: str) -> Mapping[str, object]:
    return next(model for model in project.models if model.name == name).defaults


def problems(load: Load, files: Mapping[str, str | bytes], target: str | None = None) -> list[str]:
    with pytest.raises(Problems) as caught:
        load(files, target)
    return [str(error) for error in caught.value.errors]


def test_an_empty_project_has_defaults(load: Load) -> None:
    project = load({})
    assert (project.name, project.engine, project.retries, project.timeout) == ("shop", "duckdb", 2, None)
    assert project.target.database == "warehouse/dev.duckdb"
    assert project.threads >= 1
    assert (project.models, project.seeds, project.sources, project.macros) == ((), (), (), ())


def test_files_are_found_in_order_of_their_paths_and_nothing_hidden(load: Load, tmp_path: Path) -> None:
    project = load(
        {
            "models/b.sql": "\ufeffselect 1\r\n",
            "models/a/Z.sql": "select 2",
            "models/.hidden.sql": "x",
            "models/.git/x.sql": "x",
            "models/c.sql~": "x",
            "models/#d.sql#": "x",
            "seeds/country.csv": "a,b\n",
            "macros/m.sql": "m",
            "checks/no_orphans.sql": "select 1",
        }
    )
    assert project.models == (
        ModelFile("Z", "models/a/Z.sql", "select 2", {}),
        ModelFile("b", "models/b.sql", "select 1\r\n", {}),
    )
    assert [seed.path for seed in project.seeds] == ["seeds/country.csv"]
    assert [macro.path for macro in project.macros] == ["macros/m.sql"]
    assert [check.path for check in project.checks] == ["checks/no_orphans.sql"]
    assert project.warnings == ()


def test_links_are_followed_but_not_round_in_circles(load: Load, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.sql").write_text("select 1")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "models" / "loop").symlink_to(tmp_path / "models")
    assert [model.path for model in load({}).models] == ["models/linked/x.sql"]


def test_vars_of_the_command_line_go_above_the_targets_and_these_above_the_projects(load: Load) -> None:
    text = "vars: {a: 1, b: 1, c: 1, d: 2020-01-02, shop: {e: 5}}\ntargets: {prod: {vars: {b: 2, c: 2}}}\n"
    project = load({"odibi_project.yml": text}, "prod", c=3)
    assert project.vars == {"a": 1, "b": 2, "c": 3, "d": datetime.date(2020, 1, 2), "e": 5}


def test_a_target_has_the_projects_settings_with_its_own_on_top(load: Load) -> None:
    text = """
engine: pandas
threads: 3
target: prod
engines: {duckdb: {memory_limit: 1GB, x: 1}}
targets:
  prod: {path: /data/prod.duckdb, schema: marts, engines: {pandas: {memory_limit: 9GB}}}
  lake: {engine: spark}
"""
    project = load({"odibi_project.yml": text})
    assert (project.target.name, project.target.database, project.target.schema) == (
        "prod",
        "/data/prod.duckdb",
        "marts",
    )
    assert project.engines == {"duckdb": {"memory_limit": "9GB", "x": 1}}
    assert (project.engine, project.threads, project.targets["lake"].engine) == ("duckdb", 3, "spark")
    assert sorted(project.targets) == ["dev", "lake", "prod"]


FOLDER_DEFAULTS = [
    ("models: {+materialized: view}", {"materialized": "view"}),
    ("models: {materialized: view}", {"materialized": "view"}),
    ("models: {shop: {staging: {+materialized: view}}}", {"materialized": "view"}),
    (
        "models: {+tags: base, +timeout: 10m, staging: {+tags: [s, base], orders: {timeout: 5}}}",
        {"tags": ("base", "s"), "timeout": 5.0},
    ),
    ("dialect: spark\nmodels: {staging: {schema: stg}}", {"dialect": "spark", "schema": "stg"}),
    ("models: {staging: {meta: {owner: x}}}", {"meta": {"owner": "x"}}),
]


@pytest.mark.parametrize(("text", "expected"), FOLDER_DEFAULTS)
def test_settings_by_folder(load: Load, text: str, expected: Mapping[str, object]) -> None:
    project = load({"odibi_project.yml": text, "models/staging/orders.sql": "select 1"})
    assert settings_of(project, "orders") == expected
    assert project.warnings == ()


def test_a_folder_named_as_a_setting_is_a_folder(load: Load) -> None:
    files = {"odibi_project.yml": "models: {meta: {+materialized: view}}", "models/meta/orders.sql": "select 1"}
    assert settings_of(load(files), "orders") == {"materialized": "view"}


def test_yaml_beside_a_model_goes_above_its_folders_and_tags_add_up(load: Load) -> None:
    yaml = """
version: 2
models:
  - name: ORDERS
    description: All orders
    tags: [c]
    config: {materialized: ephemeral, tags: b}
    columns:
      - {name: id, description: The key, data_type: integer, tags: pk}
"""
    files = {
        "odibi_project.yml": "models: {+materialized: view, +tags: a, +retries: 1}",
        "models/orders.sql": "select 1",
        "models/orders.yml": yaml,
    }
    (model,) = load(files).models
    assert model.defaults == {"materialized": "ephemeral", "tags": ("a", "c", "b"), "retries": 1}
    assert (model.docs.description, str(model.docs.where)) == ("All orders", "models/orders.yml:4:11")
    assert [(c.name, c.description, c.data_type, c.tags) for c in model.docs.columns] == [
        ("id", "The key", "integer", ("pk",))
    ]


def test_seeds_have_types_a_delimiter_and_settings_by_folder(load: Load) -> None:
    yaml = "seeds: [{name: country, description: C, config: {column_types: {code: varchar}, delimiter: ;}}]"
    files = {
        "odibi_project.yml": "seeds: {+schema: raw, +tags: x}",
        "seeds/country.csv": "code\n",
        "seeds/s.yml": yaml,
    }
    (seed,) = load(files).seeds
    assert (seed.column_types, seed.delimiter) == ((("code", "varchar"),), ";")
    assert (seed.config.schema, seed.config.tags, seed.docs.description) == ("raw", ("x",), "C")


def test_seeds_have_quotes_an_encoding_and_null_strings(load: Load) -> None:
    config = "{quote: \"'\", encoding: UTF_16, null_strings: [NA, '', NA, '-']}"
    files = {
        "odibi_project.yml": "seeds: {+quote: '', +encoding: utf8}",
        "seeds/a.csv": "x\n",
        "seeds/b.csv": "x\n",
        "seeds/s.yml": f"seeds: [{{name: b, config: {config}}}]",
    }
    forms = [(seed.quote, seed.encoding, seed.null_strings) for seed in load(files).seeds]
    assert forms == [("", "utf-8", ()), ("'", "utf-16", ("NA", "-"))]


SOURCES = [
    ("{weather: {path: data/*.parquet}}", [("weather", "parquet", ("data/*.parquet",), None)]),
    ("{live: {frame: true}}", [("live", "frame", (), None)]),
    (
        "{raw: {database: data/raw.duckdb, tables: [orders, {name: c, identifier: s.customers}]}}",
        [
            ("raw.orders", "database", ("data/raw.duckdb",), "main.orders"),
            ("raw.c", "database", ("data/raw.duckdb",), "s.customers"),
        ],
    ),
    (
        "[{name: raw, path: 'd/{name}.csv.gz', tables: [{name: a}, {name: b, path: [x.json, y.json]}]}]",
        [("raw.a", "csv", ("d/a.csv.gz",), None), ("raw.b", "json", ("x.json", "y.json"), None)],
    ),
    (
        "[{name: raw, meta: {external_location: '{name}.pq'}, tables: [{name: a}, {name: b, config: {path: b.csv}}]}]",
        [("raw.a", "parquet", ("a.pq",), None), ("raw.b", "csv", ("b.csv",), None)],
    ),
    ("[{name: raw, path: 'd/{identifier}', format: csv, tables: [{name: a, identifier: A1}]}]",
     [("raw.a", "csv", ("d/A1",), None)]),
    (
        "[{name: raw, schema: s, database: r.duckdb, tables: [{name: a}]}]",
        [("raw.a", "database", ("r.duckdb",), "s.a")],
    ),
]  # fmt: skip


@pytest.mark.parametrize("file", ["odibi_project.yml", "models/sources.yml"])
@pytest.mark.parametrize(("text", "expected"), SOURCES)
def test_sources(load: Load, file: str, text: str, expected: list[tuple[object, ...]]) -> None:
    name = "name: shop\n" if file == "odibi_project.yml" else ""
    project = load({file: f"{name}sources: {text}"})
    assert [(s.name, s.kind, s.paths, s.identifier) for s in project.sources] == expected


def test_a_source_has_tags_options_and_docs_of_its_group_and_its_own(load: Load) -> None:
    yaml = """
sources:
  - name: raw
    tags: [a]
    path: "{name}.csv"
    options: {delim: ";", header: true}
    tables:
      - {name: orders, description: O, tags: b, columns: [{name: id}]}
"""
    (source,) = load({"models/s.yml": yaml}).sources
    assert (source.tags, source.options) == (("a", "b"), (("delim", ";"), ("header", True)))
    assert (source.docs.description, source.docs.columns[0].name, str(source.where)) == ("O", "id", "models/s.yml:8:9")


PROJECT_MISTAKES = [
    ("thread: 3", "1:1: no key `thread` here", "did you mean `threads`?"),
    ("threads: many", "1:10: `threads` must be a whole number from 1, not 'many'", None),
    ("threads: 0", "1:10: `threads` must be a whole number from 1, not 0", None),
    ("threads: true", "1:10: `threads` must be a whole number from 1, not true", None),
    ("timeout: soon", "1:10: `timeout` must be a time in seconds, or text such as '10m', not 'soon'", None),
    ("engine: sparkk", "1:9: `engine` must be one of duckdb, spark, pandas, not 'sparkk'", "did you mean `spark`?"),
    ("vars: [a]", "1:7: `vars` must be a mapping of names to values, not ['a']", None),
    ("target: prd\ntargets: {prod: {}}", "1:9: no target `prd`", "did you mean `prod`?"),
    ("targets: {prod: {pth: x}}", "1:18: no key `pth` here", "did you mean `path`?"),
    ("targets: [prod]", "1:10: here must stand a mapping of keys to values, not ['prod']", None),
    ("model-paths: [../x]", "1:14: `model-paths` must be a folder inside the project, not ['../x']", None),
    ("models: {+materialized: viw}",
     "1:25: `materialized` must be one of table, view, ephemeral, not 'viw'", "did you mean `view`?"),
    ("models: {+materialised: view}", "1:10: no setting `materialised`", "did you mean `materialized`?"),
    ("models: {alias: x}", "1:10: `alias` is not supported",
     "a model's table has the name of its file: rename the file"),
    ("sources: {a: {tables: [x]}}", "1:24: the source `a.x` does not say where its data is",
     "give `path:` (files), `database:` (a DuckDB file), or `frame: true` (handed over by Python)"),
    ("sources: {a: {path: x.bin}}", "1:11: the path of `a` does not tell its format",
     "give `format:` parquet, csv or json"),
    ("sources: {a: {path: x.csv, frame: true}}", "1:11: the source `a` has both `path` and `frame`", None),
    ("sources: {a: {database: raw, tables: [x]}}",
     "1:25: `database` must be the path of a DuckDB file, not 'raw'", "for instance data/raw.duckdb"),
    ("engines: {sparc: {a: 1}}",
     "1:10: `engines` must be settings by the name of an engine, `sparc` is not one of duckdb, spark, pandas, "
     "not {'sparc': {'a': 1}}", "did you mean `spark`?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "hint"), PROJECT_MISTAKES)
def test_a_mistake_in_the_project_file(load: Load, text: str, message: str, hint: str | None) -> None:
    first = problems(load, {"odibi_project.yml": f"{text}\nname: shop\n"})[0]
    assert first == f"odibi_project.yml:{message}" + (f"\n  hint: {hint}" if hint else "")


YAML_MISTAKES = [
    ("model: []", "1:1: no key `model` here", "did you mean `models`?"),
    ("models: [{name: a, colums: []}]", "1:20: no key `colums` here", "did you mean `columns`?"),
    ("models: [{description: x}]", "1:10: a model needs a `name`", None),
    ("models: {a: 1}", "1:9: `models` must be a list, each item with `- name: …`", None),
    ("models: [{name: no}]", "1:17: `name` must be text, not false",
     "YAML reads a bare yes, no, on or off as true or false: quote it"),
    ("models: [{name: a}, {name: A}]", "1:28: the model `A` is described twice, first at models/x.yml:1:17", None),
    ("models: [{name: a, config: {tags: 3}}]", "1:35: `tags` must be a name or a list of names, not 3", None),
    ("sources: [{name: r, database: r.duckdb}]", "1:18: the source `r` needs a list of its `tables`",
     "models' sources are known before a database is opened: `tables: [orders, customers]`"),
    ("sources: [{name: r, frame: true, tables: [a, A]}]",
     "1:46: the source `r.A` is declared twice, first at models/x.yml:1:43", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "hint"), YAML_MISTAKES)
def test_a_mistake_in_yaml_beside_models(load: Load, text: str, message: str, hint: str | None) -> None:
    files = {"models/x.yml": text, "models/a.sql": "select 1"}
    assert problems(load, files) == [f"models/x.yml:{message}" + (f"\n  hint: {hint}" if hint else "")]


def test_all_mistakes_of_all_files_come_at_once(load: Load) -> None:
    files: dict[str, str | bytes] = {
        "odibi_project.yml": "threads: x\nretries: y\nname: shop\n",
        "models/a.sql": b"select 1,\n '\xc3\xa9' \xff",
        "models/b.yml": "a:\n\tb: 1",
        "models/c.yml": "models: [{nam: x}]",
    }
    assert [line.split(": ")[0] for line in problems(load, files, "prd")] == [
        "models/a.sql:2:6",
        "models/b.yml:2:1",
        "models/c.yml:1:10",
        "odibi_project.yml",
        "odibi_project.yml:1:10",
        "odibi_project.yml:2:10",
    ]


def test_what_has_no_effect_is_reported_once_with_its_first_place(load: Load) -> None:
    yaml = """
models:
  - name: orders
    docs: {show: true}
    config: {grants: id}
    versions: []
    columns: [{name: a, quote: true}, {name: b, quote: true}]
  - name: order
exposures: []
"""
    files = {
        "odibi_project.yml": "profile: x\nconfig-version: 2\nmodels: {stagin: {+materialized: view}}",
        "models/staging/orders.sql": "select 1",
        "models/x.yml": yaml,
    }
    assert load(files).warnings == (
        "odibi_project.yml:3:10: settings for `stagin`, which does not exist (did you mean `staging`?)",
        "models/x.yml:8:11: describes the model `order`, which does not exist (did you mean `orders`?)",
        "odibi_project.yml:1:1: `profile` has no effect in this version",
        "models/x.yml:4:5: `docs` has no effect in this version",
        "models/x.yml:5:14: `grants` has no effect in this version",
        "models/x.yml:6:5: `versions` has no effect in this version",
        "models/x.yml:7:25: `quote` has no effect in this version (nor in 1 more place)",
        "models/x.yml:9:1: `exposures` has no effect in this version",
    )


def test_a_project_is_found_from_below(tmp_path: Path) -> None:
    (tmp_path / "odibi_project.yml").write_text("name: x")
    (tmp_path / "models" / "deep").mkdir(parents=True)
    assert find_project(tmp_path / "models" / "deep") == tmp_path


def test_no_project_says_how_to_make_one(tmp_path: Path) -> None:
    for look in (find_project, load_project):
        with pytest.raises(ProjectError, match=r"no odibi_project\.yml") as caught:
            look(tmp_path)
        assert caught.value.hint == "`odibi-sql init` makes a project"
