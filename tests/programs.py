"""Programs that some tests need. Absent, their tests are skipped by name; where CI says `CI=true`, they fail."""

import os
import shutil

import pytest


def program(name: str) -> str:
    """Return the path of `name`; without it, skip the test, or fail it where CI=true."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if path is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"{name} is not installed, and CI must not skip its tests")
        pytest.skip(f"{name} is not installed")
    return path
