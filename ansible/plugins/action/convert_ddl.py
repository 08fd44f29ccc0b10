"""Run the converter: one DDL file, or all under a directory that are newer than their YAML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "module_utils"))
from rowmill_process import in_project, in_start_directory, program_command, run

display = Display()
CHANGED_MARK = "converted:"


def is_stale(ddl: Path) -> bool:
    yaml = ddl.with_suffix(".yaml")
    return not yaml.exists() or ddl.stat().st_mtime_ns > yaml.stat().st_mtime_ns


def output_file(ddl: str, out: str) -> str:
    """The YAML file: `out` itself, or in it if it is a directory, or beside the DDL file."""
    if not out:
        return str(Path(ddl).with_suffix(".yaml"))
    path = Path(in_start_directory(out))
    if path.is_dir() or out.endswith("/") or path.suffix not in (".yaml", ".yml"):
        return str(path / Path(ddl).with_suffix(".yaml").name)
    return str(path)


class ActionModule(ActionBase):
    """Arguments: program, schemas, ddl, out, dialect; see the role convert."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        args = self._task.args
        command = program_command(args["program"])
        if args.get("ddl"):
            ddl = in_start_directory(args["ddl"])
            command += [ddl, output_file(ddl, args.get("out") or "")]
            if args.get("dialect"):
                command += ["--dialect", args["dialect"]]
        else:
            schemas = in_project(args["schemas"])
            if not any(is_stale(ddl) for ddl in schemas.rglob("*.sql")):
                return result | {"changed": False, "converted": []}
            command += ["--refresh", str(schemas)]
        check_mode = self._task.check_mode
        if check_mode:
            command.append("--dry-run")
        outcome = run(command, lambda line: None, "convert")
        if outcome.rc or outcome.interrupted:
            return result | {"failed": True, "msg": outcome.message, "rc": outcome.rc}
        converted = [line for line in outcome.lines if line.startswith(CHANGED_MARK)]
        if converted and self._task.diff:
            result["diff"] = {"prepared": "".join(f"+ {line}\n" for line in outcome.lines)}
        else:
            for line in outcome.lines:
                display.display(f"  {line}")
        return result | {"changed": bool(converted), "converted": converted}
