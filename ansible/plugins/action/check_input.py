"""Judge the -e input of a playbook before anything is touched; see module_utils/rowmill_input.py for the rules."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "module_utils"))
import rowmill_input
from rowmill_process import PROJECT


class ActionModule(ActionBase):
    """Arguments: role (its argument specification names the variables), required and one_of (names); see preflight."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        given = {name: self._templar.template(value) for name, value in load_extra_vars(self._loader).items()}
        specs = rowmill_input.role_specs(PROJECT / "roles")
        args = self._task.args
        try:
            values = rowmill_input.check(
                given, args["role"], args.get("required") or [], specs, args.get("one_of") or []
            )
        except rowmill_input.InputError as error:
            return result | {"failed": True, "msg": str(error), "fix": "correct the -e variables; nothing was touched"}
        return result | {"changed": False, "variables": values}
