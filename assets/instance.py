"""The settings of Dagster's instance under a home: written once, then again when a release changes them.

The first line of the file seals the rest: a file whose seal holds was edited by nobody and may be written again. One
that somebody edited is left as it is; the settings of the release are put beside it, which is told once.
"""

import hashlib
from pathlib import Path

SETTINGS = """\
# One run at a time: the warehouse has one writer.
concurrency:
  runs:
    max_concurrent_runs: 1
# Runs that are to be retried say so by their tags.
run_retries:
  enabled: true
  max_retries: 0
# What a run prints goes where it is started from (the terminal, the journal of the service). To keep a copy Dagster
# starts four processes beside each run, which a killed run leaves behind; it would repeat the log of events.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
telemetry:
  enabled: false
nux:
  enabled: false
"""
_MARK = "# Written by energy-pipeline, and again when a release changes it, unless it is edited. Seal: "
_UNSEALED = {
    "f1d994157cbb87498a65938454e99bdcc3637e13e9a530bf45c919d20cc26416",
    "c59771f30c95fce1206bf70f1d7215ed6fbb7281f3f88c56b09136fd6297c337",
    "f42939d387ebd7913b42cae8b7336d125239e77c7594c3867874bd06fb419fd1",
    "bea3742376e95a271aa3cdef526e3e3c9d8133adae972d668cb815176cb8c2e4",
}
"""SHA-256 of the files that were written before they bore a seal."""
_KEPT = (
    "Les réglages de Dagster (dagster/dagster.yaml) ont été modifiés à la main : ils sont gardés. Ceux de cette "
    "version sont à côté, dans dagster.yaml.new."
)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _seal(settings: str) -> str:
    return f"{_MARK}{_digest(settings)[:16]}"


def settle(folder: Path) -> str | None:
    """Write `dagster.yaml` in a folder, or again if it is an earlier release's; return what to tell, in French."""
    file, beside = folder / "dagster.yaml", folder / "dagster.yaml.new"
    current = f"{_seal(SETTINGS)}\n{SETTINGS}"
    found = file.read_text(encoding="utf-8", errors="replace") if file.exists() else None
    if found is None or found == current or _is_ours(found):
        if found != current:
            _replace(file, current)
        beside.unlink(missing_ok=True)
        return None
    is_told = beside.exists() and beside.read_text(encoding="utf-8", errors="replace") == current
    if is_told or found.startswith(_seal(SETTINGS)):  # edited, but from the settings of this very release
        return None
    _replace(beside, current)
    return _KEPT


def _is_ours(found: str) -> bool:
    """Return whether a file is exactly one that a release wrote."""
    first, _, settings = found.partition("\n")
    return first == _seal(settings) or _digest(found) in _UNSEALED


def _replace(file: Path, text: str) -> None:
    """Write a file in one step: a web server or a daemon may be reading it."""
    temporary = file.with_name(f"{file.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(file)
