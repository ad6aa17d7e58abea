"""A finished command -> the proof that lets `warm` answer it the next time.

What is listed here is all that the command's answer depends on. Where anything cannot be told by looking at a file,
such as an `s3://` path or the clock, there is no proof.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from odibi_sql import warm
from odibi_sql.edits import meanings_of
from odibi_sql.inputs import is_remote
from odibi_sql.orchestrator import Build, Orchestrator
from odibi_sql.part import graph_of
from odibi_sql.proof.basis import (
    Basis,
    Made,
    Said,
    basis_of,
    data_of,
    date_of,
    made_by,
    make_proof,
    must_be_asked,
    write,
)
from odibi_sql.proof.parts import is_whole, keep_part
from odibi_sql.recipes import is_volatile
from odibi_sql.relation import Query


def keep_build(orchestrator: Orchestrator, build: Build, arguments: Sequence[str], say: Callable[[], str]) -> None:
    """Keep a proof that there is nothing to do, if there is one. What `say` gives goes to stderr, with warm.DURATION in
    it."""
    if orchestrator.part is not None:
        keep_part(orchestrator, build, orchestrator.part, say)
        return
    options = orchestrator.options
    if not build.published or build.publication is None or options.defer or options.frames or not options.use_cache:
        return
    if options.full_refresh or options.start or options.end:
        return
    if any(is_volatile(step.node) for step in build.plan.steps.values()):
        return
    if any(isinstance(given.relation, Query) for given in build.plan.given.values()):
        return  # a view that was not selected, and may read anything
    counts = {*build.plan.given, *orchestrator.inferred}
    if any(must_be_asked(node) for name, node in orchestrator.compiled.dag.nodes.items() if name in counts):
        return
    made = made_by(orchestrator, build)
    data = list(data_of(orchestrator))
    if made is None or any(map(is_remote, orchestrator.looked_at)):
        return
    date = None if options.as_of else date_of(orchestrator, build)
    _keep(
        orchestrator, arguments, basis_of(orchestrator, data, made, date), Said("", say(), _edits(orchestrator, build))
    )


def _edits(orchestrator: Orchestrator, build: Build) -> str | None:
    """What `edits` takes, as JSON; None where the command line's vars are of kinds that this does not give back as they
    were."""
    given = orchestrator.options
    asked = {"target": given.target, "engine": given.engine, "threads": given.threads, "vars": dict(given.vars)}
    try:
        if json.loads(json.dumps(asked)) != asked:
            return None
    except (TypeError, ValueError):
        return None
    return json.dumps(
        {
            "asked": asked,
            "meanings": meanings_of(orchestrator.compiled),
            "graph": graph_of(orchestrator.compiled, build.execution.results) if is_whole(orchestrator) else None,
            "warnings": [*orchestrator.project.warnings, *orchestrator.compiled.warnings],
            "shown": build.publication.number if build.publication is not None else None,
        },
        separators=(",", ":"),
    )


def keep_listing(
    orchestrator: Orchestrator, arguments: Sequence[str], printed: str, said: str, *, of_catalog: bool = False
) -> None:
    """Keep a proof that a listing is what was printed, if it depends on the project's files and the data that was
    looked at, or (`of_catalog`) on what the target shows besides."""
    if any("state:" in argument for argument in arguments) or any(map(is_remote, orchestrator.looked_at)):
        return
    shown = _catalog(orchestrator) if of_catalog else []
    if shown is not None:
        _keep(orchestrator, arguments, basis_of(orchestrator, data_of(orchestrator), shown), Said(printed, said))


def _catalog(orchestrator: Orchestrator) -> Made | None:
    """The catalog as it is, or its absence; None where it is not as the last publication left it."""
    publisher = orchestrator.publisher
    publication = publisher.current()
    if publication is None:
        return None if publisher.catalog.exists() else [(str(publisher.catalog), None)]
    shown = publisher.shown_files(publication)
    return None if shown is None else [(str(path), warm.stat_of(str(path))) for path in shown]


def _keep(orchestrator: Orchestrator, arguments: Sequence[str], basis: Basis, said: Said) -> None:
    write(orchestrator, arguments, make_proof(arguments, str(orchestrator.project.root), basis, said))
