"""The operating system account that PostgreSQL runs under.

PostgreSQL refuses to run as root, so started as root it runs as `nobody`; that account has to reach
both the program and the data, which `server.embedded.placement` sees to.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from server.startup import StartError


class Identity(TypedDict, total=False):
    """The arguments of `subprocess.Popen` that change the account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """Another account to start PostgreSQL under, or, with `uid` None, the account of this process."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def for_cluster(cls, cluster: Path) -> Account:
        """The owner of an existing cluster, `nobody` for a new one; only root can and must change."""
        if os.geteuid() != 0:
            return cls()
        if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
            return cls(owner.st_uid, owner.st_gid)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise StartError(
                "PostgreSQL does not run as root and this system has no account `nobody` to run it under; "
                "start Roster as another user, or set ROSTER_DATABASE_URL"
            ) from None
        return cls(nobody.pw_uid, nobody.pw_gid)

    @property
    def is_other(self) -> bool:
        return self.uid is not None

    def identity(self) -> Identity:
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def owns(self, path: Path) -> bool:
        return path.lstat().st_uid == (os.geteuid() if self.uid is None else self.uid)

    def give(self, path: Path) -> None:
        """Make the account the owner of a path."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, directory: Path) -> bool:
        """Whether the account can use what lies in the directory: asked of the system, which knows of
        access lists and mounts as well as of modes."""
        return self.can_run("/bin/sh", "-c", 'test -x "$1"', "sh", str(directory))

    def can_run(self, *command: str) -> bool:
        """Whether the command, run under the account, succeeds."""
        try:
            result = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                **self.identity(),
            )
        except PermissionError:
            return False
        return result.returncode == 0
