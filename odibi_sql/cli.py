"""The command line: a command is a module of its name in `commands/`, loaded when it is used.

stdout is data, stderr is talk. Exit codes: 0 well; 1 a model or check failed; 2 the command line or the project is
wrong and nothing ran; 3 a bug of ours, with a log file to send; 130 interrupted.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from odibi_sql import __version__
from odibi_sql.commands import Invocation
from odibi_sql.errors import OdibiError, Problems, nearest

if TYPE_CHECKING:
    from odibi_sql.part import Part

COMMANDS: dict[str, str] = {
    "build": "odibi_sql.commands.build",
    "test": "odibi_sql.commands.test",
    "plan": "odibi_sql.commands.plan",
    "why": "odibi_sql.commands.why",
    "validate": "odibi_sql.commands.validate",
    "verify": "odibi_sql.commands.verify",
    "ls": "odibi_sql.commands.ls",
    "compile": "odibi_sql.commands.compile",
    "show": "odibi_sql.commands.show",
    "init": "odibi_sql.commands.init",
    "history": "odibi_sql.commands.history",
    "rollback": "odibi_sql.commands.rollback",
    "export": "odibi_sql.commands.export",
    "source": "odibi_sql.commands.source",
    "cache": "odibi_sql.commands.cache",
    "clean": "odibi_sql.commands.clean",
    "completion": "odibi_sql.commands.completion",
}


_CLICKS_WORDS = {
    " is not a valid integer range": " is not a whole number",
    " is not a valid float range": " is not a number",
    " is not in the range x>=": " is less than ",
    "[PUBLICATION]": "PUBLICATION",
}


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)  # noqa: S101 - for the type checker
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = nearest(args[0], COMMANDS)
            hint = f"did you mean `{close}`?" if close else f"commands are: {', '.join(COMMANDS)}"
            raise OdibiError(f"no command `{args[0]}`", hint=hint)
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="odibi-sql", message="%(prog)s %(version)s")
def root() -> None:
    """Turn a folder of SQL models into published tables: no ref(), nothing computed twice, all or nothing.

    \b
    odibi-sql init my_project
    """


def run(arguments: list[str], part: Part | None = None) -> int:
    """Run a command line and return its exit code; nothing but a bug of ours gets a traceback, and that in a file."""
    obj = Invocation(tuple(arguments), part)
    try:
        code = root.main(args=arguments, prog_name="odibi-sql", standalone_mode=False, obj=obj)
    except OdibiError as error:
        _complain(error)
        return error.exit_code
    except click.ClickException as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            error.show()
        else:
            _complain(_in_our_words(error))
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us is gone, `head` for one: no complaint at exit either
        return 0
    except Exception as error:  # the one place where a bug ends
        if _comes_of_ctrl_c(error):
            click.echo("interrupted", err=True)
            return 130
        return _report_bug(error)
    return code if isinstance(code, int) else 0


def _comes_of_ctrl_c(error: BaseException | None) -> bool:
    """Whether it was raised while Ctrl-C was on its way up: what that has cut off may fail once more as it is ended."""
    from odibi_sql.engines.duckdb.failures import is_ctrl_c

    while error is not None:
        if isinstance(error, KeyboardInterrupt) or is_ctrl_c(error):
            return True
        error = error.__context__
    return False


def _complain(error: OdibiError) -> None:
    problems = error.errors if isinstance(error, Problems) else (error,)
    for problem in problems:
        click.echo(str(problem), err=True)
    if len(problems) > 1:
        click.echo(f"\n{len(problems)} mistakes; nothing ran", err=True)


def _in_our_words(error: click.ClickException) -> OdibiError:
    """What click says of a command line, without its page of usage."""
    said = error.format_message().rstrip(".").replace("'", "`")
    for theirs, ours in _CLICKS_WORDS.items():
        said = said.replace(theirs, ours)
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"`{context.command_path} --help` shows what it takes" if context else None
    if isinstance(error, click.NoSuchOption):
        said = f"no option `{error.option_name}`"
        close = nearest(error.option_name, error.possibilities or ())
        hint = f"did you mean `{close}`?" if close else hint
    if (
        context
        and said.startswith("Got unexpected extra arg")
        and any(p.name == "select" for p in context.command.params)
    ):
        hint = f"did you mean `--select {said.partition('(')[2].rstrip(')')}`?"
    said, meant, close = said.partition(". Did you mean ")
    hint = f"did you mean {close}" if meant else hint
    return OdibiError(said[:1].lower() + said[1:], hint=hint)


def _report_bug(error: Exception) -> int:
    import platform
    import tempfile
    import traceback
    from pathlib import Path

    text = (
        f"odibi-sql {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"$ {' '.join(sys.argv)}\n\n{''.join(traceback.format_exception(error))}"
    )
    with tempfile.NamedTemporaryFile("w", prefix="odibi-sql-", suffix=".log", delete=False) as file:
        file.write(text)
    click.echo(f"a bug in odibi-sql: {type(error).__name__}: {error}", err=True)
    click.echo(f"  hint: nothing was published; please report it with the log {Path(file.name)}", err=True)
    return 3
