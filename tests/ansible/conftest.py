"""No __init__.py in this directory: with one, it would shadow the ansible package."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playbook_runs import PROJECT, Playbooks

sys.path.insert(0, str(PROJECT / "ansible" / "plugins" / "module_utils"))


@pytest.fixture
def playbooks(tmp_path: Path) -> Playbooks:
    made = Playbooks(tmp_path)
    made.schemas.mkdir()
    return made
