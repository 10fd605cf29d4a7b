"""Makes the virtual environment .venv of a checkout, or brings it up to date.

Usage: environment.py CHECKOUT. Runs on a bare Python; does nothing when nothing has changed; several
may run at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = "requirements-dev.txt"


def main() -> None:
    checkout = Path(sys.argv[1]).resolve()
    environment = checkout / ".venv"
    installed = environment / "installed"
    # Scripts in it name the interpreter's and the checkout's path: a move of either makes it unusable.
    interpreter = f"{sys.version} {sys.base_prefix} {checkout}"
    wanted = hashlib.sha256(interpreter.encode())
    for name in (REQUIREMENTS, "pyproject.toml"):
        wanted.update((checkout / name).read_bytes())
    stamp = f"{wanted.hexdigest()}\n{interpreter}\n"

    with open(checkout / REQUIREMENTS, "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = installed.read_text(encoding="utf-8") if installed.exists() else ""
        if before == stamp:
            return
        print(f"Installing what {REQUIREMENTS} pins into {environment} ...", file=sys.stderr)
        if before.partition("\n")[2] != stamp.partition("\n")[2]:
            venv.create(environment, clear=True, with_pip=True, symlinks=True)
        installed.unlink(missing_ok=True)
        pip = [
            str(environment / "bin" / "python"),
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--quiet",
        ]
        subprocess.run([*pip, "--require-hashes", "-r", str(checkout / REQUIREMENTS)], check=True)
        # Setuptools is among the requirements: nothing is fetched for the build.
        subprocess.run(
            [*pip, "--no-deps", "--no-index", "--no-build-isolation", "-e", str(checkout)], check=True
        )
        installed.write_text(stamp, encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
