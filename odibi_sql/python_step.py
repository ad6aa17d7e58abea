"""A Python model as one step: its tables come from a NodeContext, and what it returns goes through it to disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from odibi_sql.context import NodeContext
from odibi_sql.dag import DAGNode
from odibi_sql.engines.protocol import EngineFailure, Written
from odibi_sql.model import PythonModel, TableRead


def write_python(
    node: DAGNode,
    model: PythonModel,
    context: NodeContext,
    views: Mapping[str, str],
    stem: Path,
    folder: Path,
    on_cancel: Callable[[Callable[[], None]], None],
) -> Written:
    """`views` are those of the node's inputs, `folder` is the project's; `on_cancel` is told what cancels the call.
    Raises RunError and EngineFailure."""
    from odibi_sql.python.running import Calling, Interruption, call_model, cannot_arrive, wrong_result

    names = {slot.start: slot.value for slot in node.slots}

    def table(read: TableRead) -> Any:
        try:
            return context.frame(views[names[read.reference.start]], read.frame)
        except EngineFailure as failure:
            raise cannot_arrive(model, read, failure) from failure

    interruption = Interruption()

    def stop() -> None:
        context.cursor.interrupt()
        interruption.stop()

    on_cancel(stop)
    calling = Calling(folder, f"odibi_model{context.prefix.rstrip('_')}", table, context.cursor.native())
    returned = call_model(model, calling, interruption)
    try:
        return context.write_frame(returned, stem)
    except EngineFailure as failure:
        if failure.interrupted or failure.passing:
            raise
        raise wrong_result(model, returned, failure) from failure
