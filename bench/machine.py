"""The machine of a benchmark: what a reader needs to compare figures, and nothing that tells whose it is."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("duckdb", "polars", "numpy", "dagster", "pyarrow")


def _told(path: str, name: str) -> str:
    """Return the first value of a name in a file of `/proc`, or an empty text elsewhere than on Linux."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def description() -> str:
    """Return processor, cores, memory, versions, on one line."""
    memory = _told("/proc/meminfo", "MemTotal").removesuffix(" kB")
    parts = [
        _told("/proc/cpuinfo", "model name") or platform.machine(),
        f"{os.cpu_count()} cores",
        *([f"{int(memory) / 2**20:.0f} GiB"] if memory else []),
        f"Python {platform.python_version()}",
        *(f"{library} {version(library)}" for library in LIBRARIES),
    ]
    return ", ".join(parts)
