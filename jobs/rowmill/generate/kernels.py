"""The switch between numpy and compiled loops: `compiled` is None, or the module that has them.

A function that has a compiled twin asks here, and gives the same bits either way.
"""

from __future__ import annotations

from typing import Any

compiled: Any = None


def load() -> bool:
    """Switches to the compiled loops for the rest of this process, if Numba can be had; whether it could.

    It takes 0.3 s, and some seconds the first time on a machine: worth it from a million rows on.
    """
    global compiled
    if compiled is None:
        try:
            from rowmill.generate import compiled as module
        except ImportError:
            return False
        compiled = module
    return True
