"""Evaluations that several tests read: the sample district's two plans, opened once."""

from pathlib import Path

import pytest

from seedmetrics.evaluation import Evaluation, evaluate
from seedmetrics.records import District, open_district
from tests.report.fake import Fake, evaluation


@pytest.fixture(scope="session")
def district(root: Path) -> District:
    return open_district(root / "data" / "sample")


@pytest.fixture(scope="session")
def township(district: District) -> Evaluation:
    return evaluate(district, plan="township", period="2025Q4")


@pytest.fixture(scope="session")
def alliance(district: District) -> Evaluation:
    return evaluate(district, plan="alliance", period="2025")


@pytest.fixture(scope="session")
def five(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluation(tmp_path_factory.mktemp("five"), Fake())
