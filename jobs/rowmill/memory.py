"""How a process that makes rows keeps its memory."""

from __future__ import annotations

import ctypes

# Of mallopt(3), glibc.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_KEPT = 256 << 20


def keep_freed_memory() -> None:
    """Lets malloc keep up to 256 MiB of freed memory, where the C library is glibc.

    Each block of rows takes and frees the same arrays of some hundred KiB. By default their pages go back to
    the kernel and come again, zeroed, block after block: it costs some kernels more than half of their time.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # another C library
        return
    mallopt(_MMAP_THRESHOLD, 32 << 20)  # the most that glibc takes
    mallopt(_TRIM_THRESHOLD, _KEPT)
    mallopt(_TOP_PAD, 16 << 20)
