"""`odibi-sql init`: a project that builds, in a folder that has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Run


def test_what_it_makes_builds_at_once(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("init", "my-first project")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "made project `my_first_project`; build it with: cd 'my-first project' && odibi-sql build\n"
    monkeypatch.chdir(tmp_path / "my-first project")
    assert run("build").code == 0
    assert run("show", "customer_totals", "-o", "csv").out.startswith("customer_id,name,orders,spent\n")
    assert run("build").err.startswith("4 cached in ")


def test_the_folder_one_is_in(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "2026"
    folder.mkdir()
    (folder / ".gitignore").write_text("mine\n")
    monkeypatch.chdir(folder)
    assert run("init").err == "made project `project_2026`; build it with: odibi-sql build\n"
    assert (folder / ".gitignore").read_text() == "mine\n"


def test_a_project_is_not_overwritten(shop: Path, run: Run) -> None:
    before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}
    ran = run("init")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "`.` is a project already: it has an odibi_project.yml\n"
    assert {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()} == before


def test_no_file_is_overwritten(tmp_path: Path, run: Run) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "orders.csv").write_text("mine\n")
    ran = run("init", str(tmp_path))
    assert (ran.code, ran.err) == (2, f"`{tmp_path}/seeds/orders.csv` exists\n  hint: choose an empty folder\n")
    assert not (tmp_path / "odibi_project.yml").exists()


def test_a_file_is_no_folder(tmp_path: Path, run: Run) -> None:
    (tmp_path / "file").write_text("")
    ran = run("init", str(tmp_path / "file"))
    assert ran.code == 2 and "is a file" in ran.err
    ran = run("init", str(tmp_path / "file" / "below"))
    said = (
        f"`{tmp_path}/file/below/odibi_project.yml` cannot be written: Not a directory\n  hint: choose another folder\n"
    )
    assert (ran.code, ran.err) == (2, said)
