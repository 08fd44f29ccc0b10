"""convert.yml as a person meets it, with the real programs: DDL to YAML and back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from playbook_runs import PROJECT, Playbooks

pytestmark = pytest.mark.integration

SHOP = "create table shop (id int primary key, name varchar(20));\n"
MIXED = SHOP + "create table twice (a int, A int);\ncreate table lost (a int, primary key (b));\n"


def convert(playbooks: Playbooks, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs convert.yml; a word with `=` is a variable, another an option."""
    programs = [f"convert_program={PROJECT}/jobs/import_ddl.py", f"convert_export_program={PROJECT}/jobs/export_ddl.py"]
    variables = [word for text in (*programs, *words) if not text.startswith("-") for word in ("-e", text)]
    return playbooks.run("convert.yml", *variables, *(word for word in words if word.startswith("-")))


def fatal(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0, done.stdout
    return done.stdout.partition("fatal: [localhost]: ")[2].partition("\n\n")[0]


def names(path: Path) -> list[str]:
    return [table["name"] for table in yaml.safe_load(path.read_text())["tables"]]


@pytest.fixture
def ddl(playbooks: Playbooks) -> Path:
    path = playbooks.work / "shop.sql"
    path.write_text(SHOP)
    return path


def test_a_file_once_and_again(playbooks: Playbooks, ddl: Path) -> None:
    made = playbooks.work / "made" / "shop.yaml"
    check = convert(playbooks, f"ddl={ddl}", f"out={made.parent}", "--check", "--diff")
    assert check.returncode == 0, check.stdout
    assert "+  - name: shop\n" in check.stdout
    assert "changed=1 " in check.stdout
    assert not made.parent.exists()
    first = convert(playbooks, f"ddl={ddl}", f"out={made.parent}")
    assert first.returncode == 0, first.stdout
    assert "changed=1 " in first.stdout
    assert names(made) == ["shop"]
    assert "read as postgres" in first.stdout
    second = convert(playbooks, f"ddl={ddl}", f"out={made}", "dialect=postgres")
    assert "changed=0 " in second.stdout
    ddl.write_text(SHOP.replace("name", "name varchar(9) not null, title"))
    before = made.read_text()
    check = convert(playbooks, f"ddl={ddl}", f"out={made}", "--check", "--diff")
    assert "  table shop: + column title varchar(20)\n" in check.stdout
    assert "\n+      - name: title\n" in check.stdout
    assert made.read_text() == before
    third = convert(playbooks, f"ddl={ddl}", f"out={made}", "--diff")
    assert "\n+      - name: title\n" in third.stdout
    assert made.read_text() != before


def test_a_folder(playbooks: Playbooks, ddl: Path) -> None:
    folder = playbooks.work / "ddl"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.sql").write_text(SHOP)
    (folder / "deep" / "b.ddl").write_text(SHOP.replace("shop", "b"))
    (folder / "grants.sql").write_text("grant select on a to b;\n")
    out = playbooks.work / "out"
    first = convert(playbooks, f"ddl={folder}", f"out={out}")
    assert first.returncode == 0, first.stdout
    assert "3 files: 2 converted, 1 skipped" in first.stdout
    assert "[WARNING]" in first.stdout
    assert names(out / "deep" / "b.yaml") == ["b"]
    assert "changed=0 " in convert(playbooks, f"ddl={folder}", f"out={out}").stdout


def test_refused_statements_are_shown_and_fail_the_run(playbooks: Playbooks, ddl: Path) -> None:
    ddl.write_text(MIXED)
    done = convert(playbooks, f"ddl={ddl}")
    first, second, *_ = fatal(done).splitlines()
    assert first.startswith(f"{ddl}:2 table 'twice'")
    assert second.startswith(f"{ddl}:3 table 'lost'")
    assert not ddl.with_suffix(".yaml").exists()
    done = convert(playbooks, f"ddl={ddl}", "keep_going=true")
    assert "table 'twice'" in fatal(done)
    assert "the other tables were written" in fatal(done)
    assert names(ddl.with_suffix(".yaml")) == ["shop"]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (["ddl=/nowhere/x.sql"], "ddl=/nowhere/x.sql: there is no such file or folder"),
        (["ddl={ddl}", "table=orders"], "unknown variable table=orders"),
        (["dialect=redshift"], "ddl or schema is missing: give -e ddl="),
        (["ddl={ddl}", "dialect=redshfit"], "did you mean redshift"),
        (["ddl={ddl}", "keep_going=maybe"], "keep_going=maybe: must be true or false"),
        (["ddl={ddl}", "schema={ddl}", "to=hive"], "exclude each other: ddl becomes YAML"),
        (["ddl={ddl}", "to=hive"], "exclude each other: to goes with schema"),
        (["schema={ddl}"], "needs to: schema=FILE.yaml to=DIALECT writes DDL"),
        (["to=hive"], "to=hive needs schema"),
        (["schema={ddl}", "to=hive", "dialect=hive"], "the dialect to write is to=..."),
        (["schema=/nowhere.yaml", "to=hive"], "schema=/nowhere.yaml: there is no such file"),
        (["schema={ddl}", "to=hive", "out=x.yaml"], "out=x.yaml: must be a .sql file or a folder"),
        (["ddl={ddl}", "out=x.sql"], "out=x.sql: must be a .yaml file or a folder"),
        (["ddl={folder}", "out=x.yaml"], "out=x.yaml: ddl is a folder, so out must be one, too"),
    ],
)
def test_refuses(playbooks: Playbooks, ddl: Path, variables: list[str], message: str) -> None:
    done = convert(playbooks, *(text.format(ddl=ddl, folder=ddl.parent) for text in variables))
    assert message in fatal(done)
    assert not ddl.with_suffix(".yaml").exists()


def test_the_way_back(playbooks: Playbooks, ddl: Path) -> None:
    assert convert(playbooks, f"ddl={ddl}").returncode == 0
    schema, out = ddl.with_suffix(".yaml"), playbooks.work / "back"
    shown = convert(playbooks, f"schema={schema}", "to=snowflake")
    assert shown.returncode == 0, shown.stdout
    assert "CREATE TABLE" in shown.stdout
    assert "changed=0 " in shown.stdout
    check = convert(playbooks, f"schema={schema}", "to=snowflake", f"out={out}/", "--check", "--diff")
    assert "+CREATE TABLE" in check.stdout
    assert "changed=1 " in check.stdout
    assert not out.exists()
    first = convert(playbooks, f"schema={schema}", "to=snowflake", f"out={out}/")
    assert "changed=1 " in first.stdout
    assert "CREATE TABLE" in (out / "shop.sql").read_text()
    for options in ((), ("--check",)):
        again = convert(playbooks, f"schema={schema}", "to=snowflake", f"out={out}/shop.sql", *options)
        assert "changed=0 " in again.stdout
    assert "klingon" in fatal(convert(playbooks, f"schema={schema}", "to=klingon"))
