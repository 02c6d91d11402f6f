from pathlib import Path

import pytest

from energy_pipeline.demo.generate import generate


@pytest.fixture(scope="session")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("demo") / "inbox"
    generate(root)
    return root
