"""A pytest plugin: a lab's hidden suite with answer, tests and reference all in one process, as a cold run has them.

    python -m pytest -p bench.one_process --lab rmsnorm labs/architecture/rmsnorm/hidden

The answer is the reference's own source. What a verdict is compared with; it judges nobody.
"""

from __future__ import annotations

import pytest

from labs.grading.catalogue import find_lab
from labs.grading.proxies import Reference, load_reference
from labs.grading.suite import Draw


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lab", required=True)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "judges(property): the property of lab.yaml that this test judges")


@pytest.fixture(scope="session")
def candidate(request: pytest.FixtureRequest) -> Reference:
    return load_reference(find_lab(request.config.getoption("lab")))


@pytest.fixture(scope="session")
def reference(request: pytest.FixtureRequest) -> Reference:
    return load_reference(find_lab(request.config.getoption("lab")))


@pytest.fixture
def draw(request: pytest.FixtureRequest) -> Draw:
    return Draw("bench", request.node.name)


@pytest.fixture
def device() -> str:
    return "cpu"
