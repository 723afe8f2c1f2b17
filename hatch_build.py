"""Build hook: the wheel and the sdist carry the built front end, an editable install does not."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC_FILES = "orchestrion/web/static_files"


class FrontendBuildHook(BuildHookInterface[Any]):
    """Builds the front end where it is missing or stale; a failure stops the packaging."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the files are collected; `version` is `editable` for an editable wheel."""
        if version == "editable":
            return
        folder = Path(self.root) / "frontend"
        sys.path.insert(0, self.root)
        from scripts import build_frontend  # noqa: PLC0415 - it stands beside the sources, not in the build environment

        build_frontend.build(folder)
        if self.target_name == "wheel":
            build_data["force_include"][str(folder / "dist")] = STATIC_FILES
