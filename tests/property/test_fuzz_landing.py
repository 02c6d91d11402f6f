"""Every reader against damaged files: read whole or refused with a reason, quickly, in little memory, no traceback.

`FUZZ_CASES=2000 pytest tests/property/test_fuzz_landing.py` damages each kind of file 2 000 times instead of a few.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from energy_pipeline.formats.model import TABLE_OF_KIND
from energy_pipeline.formats.supplier_layout import supplier_layouts

CASES = int(os.environ.get("FUZZ_CASES", "10"))
SEED = int(os.environ.get("FUZZ_SEED", "2026"))
SECONDS_OF_BATCH = 60
"""Of processor, for fifty files at most: a file that takes more than a few is found."""
PEAK_MB = 800
"""The libraries alone take three hundred."""
PROJECT = Path(__file__).parent.parent.parent


def test_damaged_files_are_read_whole_or_refused(tmp_path: Path):
    tried = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", str(CASES), str(SEED), str(tmp_path)],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stderr[-3000:]
    told = [json.loads(line) for line in tried.stdout.splitlines()]
    assert not [fault for kind in told for fault in kind["wrong"]]
    assert len(told) >= len(TABLE_OF_KIND) + 2 * len(supplier_layouts()) - 6  # six kinds come from layouts alone
    slow = {kind["kind"]: kind["slowest"] for kind in told if kind["slowest"] > SECONDS_OF_BATCH}
    assert not slow
    assert told[-1]["peak_mb"] < PEAK_MB, [(kind["kind"], kind["peak_mb"]) for kind in told]
    loaded, refused = (sum(kind["outcomes"].get(status, 0) for kind in told) for status in ("loaded", "quarantined"))
    assert loaded > len(told) * CASES / 50 and refused > len(told) * CASES / 5
