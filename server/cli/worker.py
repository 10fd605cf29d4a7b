"""`roster worker`."""

from __future__ import annotations

from server.cli.database import database_url as reachable_database
from server.cli.settings import DatabaseUrl, DataDir, configured
from server.data_directory import DataDirectory


def worker(data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Work on the jobs in the background, beside others who do: webhooks, ends of actions, upkeep."""
    from server import logs  # noqa: PLC0415 - other commands need none of it
    from server.jobs.process import run_jobs  # noqa: PLC0415 - likewise
    from server.signals import STOP, SignalInbox  # noqa: PLC0415 - likewise

    inbox = SignalInbox(STOP)
    config = configured(data_dir=data_dir, database_url=database_url)
    directory = DataDirectory(config.data_dir)
    config = directory.with_public_url(directory.with_secret_key(config))
    logs.configure(config)
    with reachable_database(config) as url:
        run_jobs(url, config, [inbox.arrival])
