"""generate.yml makes a table as files: small_playbook.py ROWS. Its parts are Ansible's tasks, by their own clock."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from measure import PROJECT

folder = PROJECT / ".venv" / "bin"
environment = os.environ | {
    "PATH": f"{folder}:{os.environ['PATH']}",
    "LC_ALL": "C.UTF-8",
    "PYSPARK_PYTHON": str(folder / "python"),
    "PYSPARK_DRIVER_PYTHON": str(folder / "python"),
    "ANSIBLE_CALLBACKS_ENABLED": "run_log,ansible.posix.profile_tasks",
}
command = [str(folder / "ansible-playbook"), "generate.yml", "-e", "table=orders", "-e", f"rows={sys.argv[1]}"]
command += ["-e", f"output={Path('out').absolute()}"]
started = time.monotonic()
done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
seconds = time.monotonic() - started
if done.returncode:
    sys.exit(done.stdout[-2000:] + done.stderr[-1000:])
lines = re.findall(r"^(\S.*?) -{3,} +([\d.]+)s$", done.stdout, re.MULTILINE)
tasks = {name.strip(): float(took) for name, took in lines}
phases = {"Ansible's start and end": seconds - sum(tasks.values())} | tasks
print(json.dumps({"seconds": seconds, "phases": phases}))
