"""Tree -> the tables and files that a query reads, with their places.

A walk of our own with SQL's lexical scoping, on an explicit stack, so that a chain of thousands of UNIONs or ANDs is no
deeper than one. The rules, each of which DuckDB shows when it runs:

* A CTE is visible in the CTEs after it and in the query that it is attached to, in any case and quoting.
* In its own body its name is whatever that name is outside; also under WITH RECURSIVE, unless the body is a UNION (not
  BY NAME): there the right arm, and only that, reads the CTE itself.
* A name with a schema is never a CTE, but for `recurring.x` within the recursive CTE x.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from msgspec import Struct, field
from msgspec.structs import replace
from sqlglot import exp

from odibi_sql.quoting import quote_name
from odibi_sql.relation import Slot
from odibi_sql.sql.canonical import KEYWORDS
from odibi_sql.sql.files import HIDING_FUNCTIONS, is_file_function, is_state_function, looks_like_file
from odibi_sql.sql.parsing import Parsed
from odibi_sql.sql.statement import FileRead, Note, Reference, SyntaxProblem

_REFUSED = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Command, exp.Into)
_SYSTEM_SCHEMAS = frozenset({"information_schema", "pg_catalog"})
# Dialects in which `from t, t.items` reads the column `items` of each row of t.
_COLUMNS_AS_TABLES = frozenset({"bigquery", "redshift"})
# Dialects in which a CTE may read itself without the keyword RECURSIVE.
IMPLIED_RECURSION = frozenset({"fabric", "oracle", "snowflake", "tsql"})
# What hands on the names of the columns in it.
_PASSING = (exp.Describe, exp.Pivot, exp.Subquery, exp.Summarize, exp.Table)
_BACKTICKS = frozenset({"bigquery", "databricks", "mysql", "spark"})
_LOOKED_AT = (*_REFUSED, exp.Column, exp.Func, exp.Select, exp.Summarize, exp.Table, exp.TableSample)
_LEAVES = frozenset({exp.Boolean, exp.Identifier, exp.Literal, exp.Null})  # half of all nodes, with nothing below them


class Reads(Struct, frozen=True):
    """`volatile`: a sample without a seed, or a look at the engine's own state."""

    references: tuple[Reference, ...]
    files: tuple[FileRead, ...]
    rewrites: tuple[Slot, ...]
    notes: tuple[Note, ...]
    unknown_files: bool
    volatile: bool


class _Owner(Struct, frozen=True):
    """The table (by id) whose columns a qualifier means; `shadowed`: a table read further in bears the same name."""

    table: int
    shadowed: bool = False


class _Scope(Struct, frozen=True):
    """What names mean at one place; `owners` has the tables without alias, by the qualifiers of their columns, folded:
    `orders`, `staging.orders`."""

    ctes: frozenset[str] = frozenset()
    defining: frozenset[str] = frozenset()
    owners: Mapping[tuple[str, ...], _Owner] = field(default_factory=dict)


class _Qualifier(Struct, frozen=True):
    """Where a column is qualified by a table without alias: `text` is what its own name makes of the qualifier."""

    start: int
    end: int
    table: int
    text: str


def find_reads(parsed: Parsed) -> Reads:
    """Raises SyntaxProblem where something is written to, and where what is read cannot be known."""
    walk = _Walk(parsed)
    walk.run()
    return Reads(
        references=tuple(sorted(walk.all_references(), key=lambda read: read.start)),
        files=tuple(sorted(walk.files, key=lambda read: read.start)),
        rewrites=tuple(sorted(walk.all_rewrites(), key=lambda slot: slot.start)),
        notes=tuple(sorted(walk.all_notes(), key=lambda note: note.at)),
        unknown_files=walk.unknown_files,
        volatile=walk.volatile,
    )


class _Walk(Struct):
    parsed: Parsed
    files: list[FileRead] = field(default_factory=list)
    rewrites: list[Slot] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    cte_reads: list[tuple[str, int]] = field(default_factory=list)
    qualifiers: list[_Qualifier] = field(default_factory=list)
    tables: dict[int, Reference] = field(default_factory=dict)  # by id, as the next two
    columns: set[int] = field(default_factory=set)  # tables that are columns of earlier tables
    renamed: set[int] = field(default_factory=set)  # tables that need their schema in the alias
    stack: list[tuple[exp.Expr, _Scope]] = field(default_factory=list)
    unnamed: list[exp.Expr] = field(default_factory=list)  # columns that the engine names by their text
    unknown_files: bool = False
    volatile: bool = False

    def run(self) -> None:
        self.push(self.parsed.root, _Scope())
        while self.stack:
            node, scope = self.stack.pop()
            self.visit(node, scope)
        self.renamed &= self.tables.keys()
        for column in self.unnamed:
            for table in column.find_all(exp.Table):
                if id(table) in self.tables:
                    said = "the column that reads this table has to be named"
                    raise SyntaxProblem(said, self.tables[id(table)].at, "write `as` and a name after the column")

    def visit(self, node: exp.Expr, scope: _Scope) -> None:
        looked_at = _is_looked_at(type(node))  # type: ignore[arg-type]  # mypy takes its instances' hash for its own
        if looked_at:
            self.look_at(node, scope)
        with_ = node.args.get("with_")
        if with_:
            scope = self.push_with(with_, scope)
        if looked_at and isinstance(node, exp.Select):
            scope = self.enter_select(node, scope)
        for key, value in node.args.items():
            if value and key not in ("with_", "hint"):
                self.push(value, scope)

    def look_at(self, node: exp.Expr, scope: _Scope) -> None:
        if isinstance(node, exp.Table):
            self.visit_table(node, scope)
        elif isinstance(node, exp.Column):
            self.visit_column(node, scope)
        elif isinstance(node, _REFUSED):
            hint = "write only the query: its rows become the table"
            raise SyntaxProblem("a model only reads", place(node, self.parsed), hint)
        elif isinstance(node, exp.Func):
            self.visit_function(node)
        elif isinstance(node, exp.Summarize) and isinstance(node.this, exp.Literal):
            self.visit_summarized(node.this)
        elif isinstance(node, exp.TableSample):
            self.volatile |= not node.args.get("seed")

    def push(self, value: object, scope: _Scope) -> None:
        if isinstance(value, exp.Expr):
            if type(value) not in _LEAVES:
                self.stack.append((value, scope))
        elif isinstance(value, list):
            self.stack += [(item, scope) for item in value if isinstance(item, exp.Expr) and type(item) not in _LEAVES]

    def push_with(self, with_: exp.Expr, scope: _Scope) -> _Scope:
        """Queue the bodies of CTEs, each in its own scope, and give the scope of the query after them."""
        recursive = bool(with_.args.get("recursive")) or self.parsed.dialect in IMPLIED_RECURSION
        for cte in with_.expressions:
            name = cte.alias.lower()
            inside = replace(scope, defining=scope.defining | {name}, owners={})
            body: exp.Expr = cte.this
            while isinstance(body, exp.Subquery) and isinstance(body.this, exp.Query) and not body.args.get("with_"):
                body = body.this
            if recursive and isinstance(body, exp.Union) and not body.args.get("by_name"):
                self.push_recursive(body, name, inside)
            else:
                self.push(body, inside)
            scope = replace(scope, ctes=scope.ctes | {name})
        return scope

    def push_recursive(self, body: exp.Union, name: str, scope: _Scope) -> None:
        with_ = body.args.get("with_")
        if with_:
            scope = self.push_with(with_, scope)
        for key, value in body.args.items():
            if key == "expression":
                self.push(value, replace(scope, ctes=scope.ctes | {name}))
            elif key != "with_":
                self.push(value, scope)

    def enter_select(self, select: exp.Select, scope: _Scope) -> _Scope:
        """Tables of two schemas may bear one name, but aliases may not: where such tables meet, in one FROM or with
        one of them further in, the schema has to come into the alias."""
        items = list(_from_items(select))
        names = Counter(item.alias_or_name.lower() for item in items)
        owners = {
            parts: replace(owner, shadowed=True) if parts[-1] in names else owner
            for parts, owner in scope.owners.items()
            if parts[0] not in names
        }
        earlier: set[str] = set()
        for item in items:
            if isinstance(item, exp.Table) and _is_named(item):
                parts = tuple(part.name.lower() for part in item.parts)
                if len(parts) > 1 and parts[0] in earlier and self.parsed.dialect in _COLUMNS_AS_TABLES:
                    self.columns.add(id(item))
                elif not item.args.get("alias") and not (len(parts) == 1 and parts[0] in scope.ctes):
                    whole = parts if len(parts) > 1 else ("main", *parts)
                    owner = _Owner(id(item))
                    if names[parts[-1]] > 1:
                        self.renamed.update({id(item)} if len(parts) > 1 else ())
                    else:
                        owners[parts[-1:]] = owner
                    owners.update({whole[i:]: owner for i in range(len(whole) - 1) if whole[i] not in names})
            earlier.add(item.alias_or_name.lower())
        if names_matter(select):
            named = (exp.Alias, exp.Aliases, exp.Column, exp.Star)
            self.unnamed += [column for column in select.expressions if not isinstance(column, named)]
        return replace(scope, owners=owners)

    def visit_table(self, table: exp.Table, scope: _Scope) -> None:
        name = table.this
        if name is None or isinstance(name, exp.Func) or id(table) in self.columns:
            if isinstance(name, exp.Func):
                self.check_hiding(name)
            return
        if not _is_named(table):
            raise SyntaxProblem("which table this reads cannot be known", place(table, self.parsed), "write its name")
        identifiers = list(table.parts)
        start, end = self.span(identifiers)
        parts = tuple(identifier.name for identifier in identifiers)
        folded = tuple(part.lower() for part in parts)
        written = self.parsed.text[start:end]
        if len(parts) == 1:
            if written[0] in "'\"" and looks_like_file(parts[0], quoted=written[0] == '"'):
                self.files.append(FileRead(parts[0], start - self.parsed.start, end - self.parsed.start, start))
                return
            if folded[0] in scope.ctes:
                self.cte_reads.append((parts[0], start))
                return
            if self.parsed.dialect == "duckdb" and written.lower() in KEYWORDS:
                hint = "`describe` does what `show` does" if folded[0] == "show" else f'write "{parts[0]}"'
                raise SyntaxProblem(f"`{written}` is a keyword and cannot name a table", start, hint)
            if folded[0] in scope.defining:
                said = f"`{parts[0]}` is the table here, not the CTE whose body this is"
                self.notes.append(Note(start, said, parts[0]))
        elif len(parts) == 2 and folded[0] == "recurring" and folded[1] in scope.ctes:
            return
        self.volatile |= folded[0] in _SYSTEM_SCHEMAS
        suffix = self.suffix(table, start, identifiers[-1])
        base = self.parsed.start
        self.tables[id(table)] = Reference(parts, start - base, end - base, suffix, start)

    def visit_summarized(self, literal: exp.Literal) -> None:
        """`SUMMARIZE 'x.csv'`, which is no table in the tree."""
        start, end = self.span([literal])
        if not looks_like_file(literal.name, quoted=False):
            raise SyntaxProblem("a string cannot name a table here", start, f"write {quote_name(literal.name)}")
        self.files.append(FileRead(literal.name, start - self.parsed.start, end - self.parsed.start, start))

    def suffix(self, table: exp.Table, start: int, last: exp.Expr) -> str:
        if table.args.get("alias") or isinstance(table.parent, (exp.Summarize, exp.Describe)):
            return ""
        keyword = self.parsed.table_keywords.get(start)
        if keyword:  # TABLE x takes no alias, and FROM x is the same
            base = self.parsed.start
            self.rewrites.append(Slot(keyword.start - base, keyword.end + 1 - base, "text", "from"))
        return f" AS {self.as_alias(last)}"

    def visit_column(self, column: exp.Column, scope: _Scope) -> None:
        """`staging.orders.id` is bound as `orders.id`: the alias that the table gets has no schema."""
        if not scope.owners or not column.args.get("table"):
            return
        parts = [part for part in column.parts if isinstance(part, exp.Identifier)]
        folded = tuple(part.name.lower() for part in parts)
        for length in range(len(folded), 0, -1):
            owner = scope.owners.get(folded[:length])
            if owner:
                start, end = self.span(parts[:length])
                self.qualifiers.append(_Qualifier(start, end, owner.table, self.as_alias(parts[length - 1])))
                if owner.shadowed:
                    self.renamed.add(owner.table)
                return

    def visit_function(self, function: exp.Func) -> None:
        name = self.called(function)
        self.volatile |= is_state_function(name)
        if is_file_function(name):
            literals = _path_literals(function)
            self.unknown_files |= not literals
            base = self.parsed.start
            for literal in literals:
                start, end = self.span([literal])
                self.files.append(FileRead(literal.name, start - base, end - base, start))

    def check_hiding(self, function: exp.Func) -> None:
        name = self.called(function)
        if name in HIDING_FUNCTIONS:
            said = f"what `{name}()` reads cannot be known before it runs"
            raise SyntaxProblem(said, function.meta["start"], "name the tables in FROM and JOIN")

    def called(self, function: exp.Func) -> str:
        """The name as written, folded: the tree may have another for it."""
        start = function.meta.get("start")
        return "" if start is None else self.parsed.text[start : function.meta["end"] + 1].strip('"`').lower()

    def span(self, nodes: Sequence[exp.Expr]) -> tuple[int, int]:
        starts = [node.meta["start"] for node in nodes if "start" in node.meta]
        ends = [node.meta["end"] for node in nodes if "end" in node.meta]
        if not starts:
            raise SyntaxProblem("the place of a name in this query was lost", self.parsed.start)
        return min(starts), max(ends) + 1

    def all_references(self) -> Iterator[Reference]:
        for table, read in self.tables.items():
            yield replace(read, suffix=f" AS {self.whole_alias(table)}") if table in self.renamed else read

    def all_rewrites(self) -> Iterator[Slot]:
        yield from self.rewrites
        base = self.parsed.start
        for found in self.qualifiers:
            text = self.whole_alias(found.table) if found.table in self.renamed else found.text
            if text != self.parsed.text[found.start : found.end]:
                yield Slot(found.start - base, found.end - base, "text", text)

    def whole_alias(self, table: int) -> str:
        parts = self.tables[table].parts
        return self.quoted(".".join(parts if len(parts) > 1 else ("main", *parts)))

    def as_alias(self, name: exp.Expr) -> str:
        """As written where that can be an alias: `raw.left` is a name, `left` is none, nor is a string."""
        start, end = self.span([name])
        written = self.parsed.text[start:end]
        return self.quoted(name.name) if written[0] == "'" or written.lower() in KEYWORDS else written

    def quoted(self, name: str) -> str:
        return quote_name(name) if self.parsed.dialect not in _BACKTICKS else "`" + name.replace("`", "``") + "`"

    def all_notes(self) -> Iterator[Note]:
        yield from self.notes
        noted = {note.at for note in self.notes}
        tables = {
            read.parts[0].lower() for read in self.tables.values() if len(read.parts) == 1 and read.at not in noted
        }
        for name, at in self.cte_reads:
            if name.lower() in tables:
                yield Note(at, f"`{name}` is the CTE here, and a table elsewhere in this query", name)


@cache
def _is_looked_at(kind: type[exp.Expr]) -> bool:
    """Asked once for each of many types, since most nodes are only passed through."""
    return issubclass(kind, _LOOKED_AT)


def place(node: exp.Expr, parsed: Parsed) -> int:
    """Where the first name in `node` stands. The `*` that FROM without SELECT means has a place of its own making."""
    starts = [part.meta["start"] for part in node.walk() if "start" in part.meta and not isinstance(part, exp.Star)]
    return min(starts, default=parsed.start)


def _is_named(table: exp.Table) -> bool:
    return isinstance(table.this, (exp.Identifier, exp.Dot)) and all(
        isinstance(part, exp.Identifier) for part in table.parts
    )


def names_matter(select: exp.Expr) -> bool:
    """Whether the names of this SELECT's columns can be names of the whole query's, or be read by another part of it.

    The engine names a column without a name by its text, and in that binding puts other names for the tables.
    """
    node = select
    while (above := node.parent) is not None:
        alias = above.args.get("alias")
        if isinstance(alias, exp.TableAlias) and alias.columns:
            return False
        if isinstance(above, (exp.CTE, exp.From, exp.Join, exp.Lateral)):
            return True
        if isinstance(above, exp.SetOperation):
            if node.arg_key == "expression" and not above.args.get("by_name"):
                return False
        elif not isinstance(above, _PASSING):
            return False
        node = above
    return True


def _from_items(select: exp.Select) -> Iterator[exp.Expr]:
    """What one SELECT reads side by side, in text order: bracketed joins are opened, subqueries are not."""
    from_ = select.args.get("from_")
    todo = [from_.this] if from_ else []
    todo += [join.this for join in select.args.get("joins") or ()]
    todo.reverse()
    while todo:
        item = todo.pop()
        if isinstance(item, exp.Subquery) and isinstance(item.this, exp.Table):
            todo.append(item.this)
            continue
        yield item
        todo += [join.this for join in reversed(item.args.get("joins") or ())]


def _path_literals(function: exp.Func) -> list[exp.Literal]:
    """The literals of the first argument; none unless it is one string or a list of strings."""
    this = function.args.get("this")
    first = this if isinstance(this, exp.Expr) else next(iter(function.expressions), None)
    items = first.expressions if isinstance(first, exp.Array) else [first]
    literals = [item for item in items if isinstance(item, exp.Literal) and item.is_string and "start" in item.meta]
    return literals if len(literals) == len(items) else []
