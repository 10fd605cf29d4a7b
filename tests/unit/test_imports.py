"""What the processes of the service load, and what they do without."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from server.imports import uncollected, without

# Each is megabytes that every worker would hold, and a part of its start.
UNUSED_BY_WORKERS = {"click", "httpx", "procrastinate", "pydantic", "pygments", "rich", "typer", "webauthn"}


def loaded_by(*modules: str) -> set[str]:
    """The names of all modules that are there when these have been imported in a process of their own."""
    program = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_worker_loads_nothing_that_only_others_use() -> None:
    """Neither what the command line is made of, nor what is needed in the background or by few calls."""
    loaded = loaded_by("server.worker", "server.app", "server.store.database")
    assert "server.handlers.user_service" in loaded
    assert loaded & UNUSED_BY_WORKERS == set()


@pytest.mark.parametrize(
    ("command", "unused"),
    [
        ("serve", {"cryptography.x509", "grpc", "peewee", "psycopg", "server.domain"}),
        ("migrate", {"grpc", "server.domain"}),
        ("users", {"peewee", "psycopg", "server.domain"}),
    ],
)
def test_command_loads_its_own_part_of_the_service(command: str, unused: set[str]) -> None:
    loaded = loaded_by("server.cli", f"server.cli.{command}")
    assert loaded & unused == set()


def test_collector_rests_while_much_is_imported() -> None:
    with uncollected():
        assert not gc.isenabled()
        before = gc.get_freeze_count()
    assert gc.isenabled()
    assert gc.get_freeze_count() > before
    gc.unfreeze()


def test_what_is_kept_out_is_there_again_afterwards() -> None:
    """Of modules that nobody has imported: who imports one later finds it."""
    name = "this"
    sys.modules.pop(name, None)
    with without(name), pytest.raises(ImportError):
        __import__(name)
    assert name not in sys.modules
    __import__(name)
    assert name in sys.modules


def test_what_is_there_already_stays() -> None:
    with without("sys", "pytest"):
        assert sys.modules["pytest"] is pytest
    assert sys.modules["pytest"] is pytest
