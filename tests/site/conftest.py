"""The small site, built once for all tests."""

import pytest

from seedmetrics.site import build_site
from tests.site.small_site import Site, fill


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site that is built; not to be changed."""
    made = fill(tmp_path_factory.mktemp("site") / "reports")
    assert build_site(made.reports) == made.reports / "index.html"
    return made
