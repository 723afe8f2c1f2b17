"""Keeping the output of programs in files for a while."""

import os
import tempfile
import time
from pathlib import Path

_KEPT_SECONDS = 86_400  # a day: long enough for the rest of any runbook, short enough for any disk


def keep_output(execution_id: str, output: bytes) -> Path:
    """Writes the output into a folder that only this server's account may read, and removes what is old there.

    Raises OSError when it cannot be written, or when somebody else owns the folder.
    """
    folder = Path(tempfile.gettempdir()) / f"orchestrion-output-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.geteuid() or folder.is_symlink():
        raise PermissionError(f"'{folder}' belongs to somebody else")
    _remove_old(folder)
    file = folder / f"{execution_id}.txt"
    file.write_bytes(output)
    return file


def _remove_old(folder: Path) -> None:
    limit = time.time() - _KEPT_SECONDS
    for file in folder.iterdir():
        try:
            if file.stat().st_mtime < limit:
                file.unlink()
        except FileNotFoundError:  # another execution removed it
            continue
