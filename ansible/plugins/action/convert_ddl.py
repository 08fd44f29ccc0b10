"""Run the converters: DDL, or all DDL that is newer than its YAML, to YAML; or one YAML to DDL."""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "module_utils"))
from rowmill_process import Outcome, in_project, in_start_directory, program_command, run

display = Display()
CHANGED_MARKS = ("converted:", "would convert:")
KEPT_GOING = 3  # exit code: refused statements, the others are written


def is_stale(ddl: Path) -> bool:
    yaml = ddl.with_suffix(".yaml")
    return not yaml.exists() or ddl.stat().st_mtime_ns > yaml.stat().st_mtime_ns


def output_file(source: str, out: str, suffixes: tuple[str, ...]) -> str:
    """The file to write: `out` itself, or a file in it if it is a directory; without it, one beside the source."""
    if not out:
        return str(Path(source).with_suffix(suffixes[0]))
    path = Path(in_start_directory(out))
    if path.is_dir() or out.endswith("/") or path.suffix not in suffixes:
        return str(path / Path(source).with_suffix(suffixes[0]).name)
    return str(path)


def import_command(args: dict[str, Any]) -> list[str]:
    """What to run for DDL -> YAML; nothing if all YAML is up to date."""
    command = program_command(args["program"])
    if not args.get("ddl"):
        schemas = in_project(args["schemas"])
        if not any(is_stale(ddl) for ddl in schemas.rglob("*.sql")):
            return []
        return [*command, "--refresh", str(schemas)]
    ddl, out = in_start_directory(args["ddl"]), args.get("out") or ""
    if Path(ddl).is_dir():
        command += [ddl, in_start_directory(out) if out else ddl]
    else:
        command += [ddl, output_file(ddl, out, (".yaml", ".yml"))]
    if args.get("dialect"):
        command += ["--dialect", args["dialect"]]
    if args.get("keep_going"):
        command.append("--keep-going")
    return command


def written(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


class ActionModule(ActionBase):
    """Arguments: program, out; schemas, ddl, dialect, keep_going; or schema, to. See the role convert."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        return result | (self._export() if self._task.args.get("schema") else self._import())

    def _import(self) -> dict[str, Any]:
        command = import_command(self._task.args)
        if not command:
            return {"changed": False, "converted": []}
        if self._task.check_mode:
            command.append("--check")
        elif self._task.diff:
            command.append("--diff")
        outcome = run(command, lambda line: None, "convert")
        converted = [line for line in outcome.lines if line.startswith(CHANGED_MARKS)]
        shown = self._shown(outcome, bool(converted))
        return shown | {"changed": bool(converted), "converted": converted} | self._failure(outcome)

    def _export(self) -> dict[str, Any]:
        args = self._task.args
        schema, out = in_start_directory(args["schema"]), args.get("out") or ""
        command = [*program_command(args["program"]), schema, "--dialect", args["to"]]
        target = output_file(schema, out, (".sql", ".ddl")) if out else ""
        before = written(target) if target else None
        really = target and not self._task.check_mode
        outcome = run([*command, "--output", target] if really else command, lambda line: None, "convert")
        if outcome.rc or outcome.interrupted or not target:
            return self._shown(outcome, False) | {"changed": False} | self._failure(outcome)
        after = written(target) if really else "".join(f"{line}\n" for line in outcome.lines)
        changed = before != after
        display.display(
            f"  {'would write' if not really and changed else 'written' if changed else 'unchanged'}: {target}"
        )
        made: dict[str, Any] = {"changed": changed, "converted": [target] if changed else []}
        if outcome.warnings:
            made["warnings"] = outcome.warnings
        if changed and self._task.diff:
            old, new = (before or "").splitlines(keepends=True), (after or "").splitlines(keepends=True)
            lines = difflib.unified_diff(old, new, target if before is not None else os.devnull, target)
            made["diff"] = {"prepared": "".join(lines)}
        return made

    def _shown(self, outcome: Outcome, changed: bool) -> dict[str, Any]:
        """What the program said: as the task's diff where one is asked for, else as it is."""
        made: dict[str, Any] = {"warnings": outcome.warnings} if outcome.warnings else {}
        if changed and self._task.diff:
            made["diff"] = {"prepared": "".join(f"{line}\n" for line in outcome.lines)}
            return made
        for line in outcome.lines:
            display.display(f"  {line}")
        return made

    def _failure(self, outcome: Outcome) -> dict[str, Any]:
        if not outcome.rc and not outcome.interrupted:
            return {}
        message = outcome.message
        if outcome.rc == KEPT_GOING:
            message += "\nthe other tables were written" if not self._task.check_mode else ""
        return {"failed": True, "msg": message, "rc": outcome.rc}
