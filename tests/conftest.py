"""What every test may ask for: the project's folders and, where they lie beside it, the shared records."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("dev", max_examples=50, deadline=None, derandomize=True)
settings.register_profile(
    "ci",
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the tests that take longest, so that no worker ends alone with them."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def skip_aloud(reason: str) -> None:
    """Skip, or fail where nothing may be skipped (SEEDMETRICS_NO_SKIP=1, as continuous integration sets)."""
    if os.environ.get("SEEDMETRICS_NO_SKIP") == "1":
        pytest.fail(f"nothing may be skipped here, but: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the project's top folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared records and reference values beside the project."""
    folder = ROOT.parent / "shared"
    if not (folder / "reference").is_dir():
        skip_aloud(f"the shared records and reference values are not at {folder}")
    return folder


@pytest.fixture(scope="session")
def reference(shared: Path) -> Path:
    """Return the folder of reference values made by other tools."""
    return shared / "reference"
