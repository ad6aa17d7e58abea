"""README tells the truth about the command line."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from odibi_sql.cli import COMMANDS, root

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
SHARED = {"--project-dir", "--target", "--engine", "--vars"}


def commands() -> dict[str, click.Command]:
    context = click.Context(root)
    found: dict[str, click.Command] = {}
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": one for inner, one in command.commands.items()}
        else:
            found[name] = command
    return found


def rows() -> dict[str, tuple[set[str], str]]:
    """Command -> its own options and its line, as README's table has them."""
    reference = README.partition("\n## Reference\n")[2]
    table = re.findall(r"^\| `([a-z ]+)` \| (.*?) ?\| (.*) \|$", reference, re.MULTILINE)
    return {name: (set(re.findall(r"`(--[a-z-]+)`", options)), line) for name, options, line in table}


def test_every_command_is_in_the_reference() -> None:
    assert set(rows()) == set(commands())


@pytest.mark.parametrize("name", commands())
def test_the_reference_has_its_options_and_its_line(name: str) -> None:
    command = commands()[name]
    options = {max(parameter.opts, key=len) for parameter in command.params if isinstance(parameter, click.Option)} - {
        "--help"
    }
    shared = SHARED if name not in ("init", "completion") else set()
    listed, line = rows()[name]
    assert options >= shared
    assert listed == options - shared
    first = re.sub(r"\s+", " ", (command.help or "").split("\n\n")[0]).strip()
    assert line == first.removesuffix(".")


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_has_a_help(name: str) -> None:
    command = commands()[name]
    assert command.help
    assert [p.name for p in command.params if isinstance(p, click.Option) and not p.help] == []


def test_every_materialization_is_described() -> None:
    from odibi_sql.materializations import MATERIALIZATIONS

    assert [name for name, kind in MATERIALIZATIONS.items() if kind.for_models and f"`{name}`" not in README] == []


def test_every_selector_method_is_described() -> None:
    from odibi_sql.selection import METHODS

    text = README + (commands()["ls"].help or "")
    assert [name for name in METHODS if f"{name}:" not in text and f"{name}." not in text] == []
