"""`roster` commands as processes of their own, with what a test looks at."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import grpc

from tests.calling import Client

WORKERS = 2
ANY_PORT = "127.0.0.1:0"


def only(*, workers: int = 1, jobs: int = 0, web: bool = False) -> dict[str, str]:
    """The settings of a service of so many processes. Those that a test does not look at are better left
    out: each of them takes its time to start."""
    return {
        "ROSTER_WORKERS": str(workers),
        "ROSTER_JOB_WORKERS": str(jobs),
        "ROSTER_WEB_LISTEN": ANY_PORT if web else "",
    }


@dataclass
class Service:
    """A running `roster serve`."""

    process: subprocess.Popen[str]
    data_dir: Path
    log_file: Path
    banner: str

    def credentials(self) -> dict[str, str]:
        held: dict[str, str] = json.loads((self.data_dir / "credentials.json").read_text(encoding="utf-8"))
        return held

    def client(self) -> Client:
        held = self.credentials()
        return Client(grpc.insecure_channel(held["address"]), held["project_id"], held["management_key"])

    def log(self, event: str) -> list[dict[str, Any]]:
        """The supervisor's lines about an event."""
        lines = map(json.loads, self.log_file.read_text(encoding="utf-8").splitlines())
        return [line for line in lines if (line["logger"], line["event"]) == ("roster.supervisor", event)]

    def pid(self, name: str) -> int:
        """The process that has the name now."""
        restarted = [line["pid"] for line in self.log("process restarted") if line["process"] == name]
        pid: int = [self.log("serving")[0]["processes"][name], *restarted][-1]
        return pid

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)


StartService = Callable[..., Service]


def spawn(command: str, data_dir: Path, log: IO[str] | int, **settings: str) -> subprocess.Popen[str]:
    usual = {
        "ROSTER_DATA_DIR": str(data_dir),
        "ROSTER_LISTEN": ANY_PORT,
        "ROSTER_WEB_LISTEN": ANY_PORT,
        "ROSTER_WORKERS": str(WORKERS),
        "ROSTER_SHUTDOWN_GRACE": "50",
    }
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("roster")), *command.split()],
        env=os.environ | usual | settings,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )


def run(command: str, data_dir: Path, **settings: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a command, with its arguments, that comes to its end."""
    process = spawn(command, data_dir, subprocess.PIPE, **settings)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors
