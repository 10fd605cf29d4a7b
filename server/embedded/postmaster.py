"""What `postmaster.pid` says: whether PostgreSQL runs on a cluster, and where it can be reached."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

_LINES: Final = 8
"""Process id, data directory, start time, port, socket directory, TCP address, shared memory, state."""


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The main process of a PostgreSQL server, as it describes itself."""

    pid: int
    port: str
    socket_directory: str
    ready: bool

    @classmethod
    def read(cls, cluster: Path) -> Postmaster | None:
        """The description in the cluster; None when there is none. The process may be long dead."""
        try:
            lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        lines += [""] * (_LINES - len(lines))
        return cls(pid, port=lines[3], socket_directory=lines[4], ready=lines[7].strip() == "ready")

    def runs_on(self, cluster: Path) -> bool:
        """Whether the process is there and is the PostgreSQL of this cluster: after a crash or in a
        restarted container its number may belong to any other process."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        proc = Path(f"/proc/{self.pid}")
        if Path("/proc/self").exists():
            try:
                return (proc / "cwd").resolve(strict=True) == cluster.resolve() and not _is_zombie(proc)
            except OSError:
                return False
        command = ["ps", "-ww", "-o", "command=", "-p", str(self.pid)]
        return str(cluster) in subprocess.run(command, check=False, capture_output=True, text=True).stdout

    def url(self, user: str, database: str) -> str:
        return (
            f"postgresql://{user}@/{database}?host={quote(self.socket_directory, safe='')}&port={self.port}"
        )


def _is_zombie(proc: Path) -> bool:
    return (proc / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] == "Z"
