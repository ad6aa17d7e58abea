"""`odibi-sql completion`"""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, /, shell: str) -> None:
    """Print the script for completion in a shell.

    It completes commands, options and names of models.

    \b
    eval "$(odibi-sql completion bash)"
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - the three shells are click's own
    click.echo(kind(ctx.find_root().command, {}, "odibi-sql", "_ODIBI_SQL_COMPLETE").source())
