"""What all tests share: the fixtures with real servers, and the mark of the tier a test stands in."""

from pathlib import Path

import pytest
from hypothesis import settings

# In an order in which none is imported by another one before pytest has taken it as a plugin.
pytest_plugins = [
    "tests.services.session",
    "tests.services.network",
    "tests.services.netns",
    "tests.services.browser",
    "tests.services.journal",
    "tests.services.orchestrion",
    "tests.services.machine",
    "tests.services.otlp",
    "tests.services.postgres",
    "tests.services.smtp",
    "tests.services.syslog",
]

TESTS = Path(__file__).parent

# Two workers on two cores: how long one example took says nothing about the code.
settings.register_profile("gate", settings(), deadline=None)
settings.load_profile("gate")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its tier, which is the name of its folder."""
    for item in items:
        item.add_marker(item.path.relative_to(TESTS).parts[0])


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as the product does."""
    return "asyncio"
