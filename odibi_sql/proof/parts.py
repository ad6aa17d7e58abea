"""The proof after a part of the project was built: the one that the part was found by, as it is now."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from odibi_sql import warm
from odibi_sql.inputs import is_remote
from odibi_sql.orchestrator import Build, Orchestrator
from odibi_sql.part import Part, Proved, graph_of
from odibi_sql.proof.basis import Basis, Said, data_of, date_of, made_by, make_proof, must_be_asked, write
from odibi_sql.recipes import is_volatile


def is_whole(orchestrator: Orchestrator) -> bool:
    """Whether the next build of a part does all that a build of the whole would: there is nobody else to be told."""
    options = orchestrator.options
    if options.select or options.exclude or not options.checks or options.only_checks or options.as_of:
        return False
    return not orchestrator.lasting and not orchestrator.registrars


def keep_part(orchestrator: Orchestrator, build: Build, part: Part, say: Callable[[], str]) -> None:
    """The proof that the part was found by, as it is now that the part is built."""
    proved = part.proved
    steps = build.plan.steps.values()
    if build.publication is None or any(is_volatile(step.node) for step in steps) or not is_whole(orchestrator):
        return
    sources = {up for step in steps for up in step.node.upstream}
    if any(must_be_asked(orchestrator.compiled.dag.nodes[name]) for name in sources):
        return
    made = made_by(orchestrator, build)
    if made is None or any(map(is_remote, orchestrator.looked_at)):
        return
    arguments, env = proved.proof["arguments"], frozenset(orchestrator.compiled.env)
    basis = Basis(tuple(data_of(orchestrator)), orchestrator.since_ns, tuple(made), env, date_of(orchestrator, build))
    proof = make_proof(arguments, proved.root, basis, Said("", say(), _edits_after(part, build)))
    if proof is not None and all(stat and warm.is_old(stat, proved.since_ns) for stat in proved.changed.values()):
        write(orchestrator, arguments, _joined(proved, proof, _replaced(orchestrator, part)))


def _edits_after(part: Part, build: Build) -> str:
    known = json.loads(part.proved.proof["edits"])
    graph = graph_of(part.compiled, build.execution.results)
    now = {
        "meanings": known["meanings"] | part.meanings,
        "graph": known["graph"] | {name: graph[name] for name in part.names},
        "shown": build.publication.number if build.publication is not None else None,
    }
    return json.dumps({**known, **now}, separators=(",", ":"))


def _replaced(orchestrator: Orchestrator, part: Part) -> Iterator[str]:
    """What the proof so far looks at and the part no longer needs: its results before, and their publication."""
    publisher, root = orchestrator.publisher, orchestrator.project.root
    before = publisher.read(part.upon)
    shown = before.relations if before is not None else {}
    paths = [publisher.record_of(part.upon)]
    paths += [publisher.store / path for name in part.names if name in shown for path in shown[name].parts()]
    return (str(path).removeprefix(f"{root}{os.sep}") for path in paths)


def _joined(proved: Proved, new: dict[str, Any], gone: Iterable[str]) -> dict[str, Any]:
    """`new` says what the part depends on."""
    old, without = proved.proof, set(gone)
    stats = {path: stat for path, stat in old["stats"].items() if path not in without}
    return {
        **new,
        "env": old["env"] | new["env"],
        "date": old["date"] or new["date"],
        "stats": {**stats, **proved.changed, **new["stats"]},
    }
