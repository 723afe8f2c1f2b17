"""Running a program as somebody else, or refusing to."""

import os
import pwd
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrion.sdk import ActivityFailed


@dataclass(frozen=True, slots=True)
class Identity:
    """What goes before a program's own arguments to change the account, and the variables that name the account."""

    prefix: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


def identity_of(user: str, password: str) -> Identity:
    """The account to run under. Raises ActivityFailed rather than run under another one than was asked for."""
    if password:
        raise ActivityFailed(
            "A password cannot be checked on this runbook server, so the program was not started. "
            "Leave Password empty: a server that runs as root starts programs under any of its accounts without one."
        )
    account = _account(user) if user else None
    if account is None or account.pw_uid == os.geteuid():
        return Identity()
    if os.geteuid() != 0:
        raise ActivityFailed(f"This runbook server may not run programs as '{user}': it does not run as root.")
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ActivityFailed(f"setpriv is missing on this runbook server, so nothing can be run as '{user}'.")
    prefix = (setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--init-groups", "--")
    return Identity(prefix, {"HOME": account.pw_dir, "USER": account.pw_name, "LOGNAME": account.pw_name})


def _account(user: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(user)
    except KeyError:
        raise ActivityFailed(f"There is no account '{user}' on this runbook server.") from None
