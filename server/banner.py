"""What `roster serve` tells the person who started it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from server.address import Address
from server.config import Config
from server.data_directory import Credentials, DataDirectory


def banner(
    config: Config,
    address: Address,
    web_address: str,
    directory: DataDirectory,
    credentials: Credentials | None,
) -> str:
    """The addresses, where the credentials are, and a first call to paste. `web_address` '' is none."""
    lines = [f"Roster serves on {address}."]
    if web_address:
        lines.append(f"Web:         http://{web_address}")
    if config.database_url is None:
        lines.append(f"Data:        {directory.path}")
    if config.smtp_host is None:
        lines.append(
            f"Emails:      {directory.path / 'emails'}, as files, until ROSTER_SMTP_HOST names a server"
        )
    if credentials is None:
        lines.append("Credentials: none here; `roster keys create` makes a key.")
        return "\n".join(lines)
    bearer = f"{credentials.project_id}:{credentials.management_key}"
    plain = "" if config.tls_cert_file else "-plaintext "
    call = f"{_grpcurl()} {plain}-H \"authorization: Bearer {bearer}\" -d '{{}}' {credentials.address}"
    lines += [
        f"Credentials: {directory.credentials_file}",
        "A first call:",
        f"  {call} roster.v1.UserService/ListUsers",
    ]
    return "\n".join(lines)


def _grpcurl() -> str:
    """The grpcurl installed beside Roster, if there is one, else the one on the PATH."""
    installed = Path(sys.prefix) / "bin" / "grpcurl"
    if not installed.exists():
        return "grpcurl"
    return os.path.relpath(installed) if installed.is_relative_to(Path.cwd()) else str(installed)
