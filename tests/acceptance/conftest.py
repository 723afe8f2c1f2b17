"""Fixtures of the acceptance tier."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.acceptance.installation import SAMPLES, Installation
from tests.services.orchestrion import OrchestrionProcess


@pytest.fixture
def product(start_orchestrion: Callable[..., OrchestrionProcess]) -> Installation:
    """A fresh `orchestrion up` with the samples, on SQLite."""
    return Installation(start_orchestrion("--samples", str(SAMPLES)))
