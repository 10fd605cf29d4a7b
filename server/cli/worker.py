"""`roster worker`."""

from __future__ import annotations

from contextlib import closing

import typer

from server import logs
from server.certificates import require_authorities
from server.cli.database import database_url as reachable_database
from server.cli.settings import DatabaseUrl, DataDir, configured
from server.data_directory import DataDirectory
from server.domain.installation import hold_to_secret_key
from server.domain.sealing import sealer_of
from server.jobs.process import run_jobs
from server.signals import STOP, SignalInbox
from server.store.database import Database

app = typer.Typer(add_completion=False)


@app.command()
def worker(data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Work on the jobs in the background, beside others who do: webhooks, ends of actions, upkeep."""
    inbox = SignalInbox(STOP)
    config = configured(data_dir=data_dir, database_url=database_url)
    require_authorities(config)
    directory = DataDirectory(config.data_dir)
    config = directory.with_public_url(directory.with_secret_key(config))
    logs.configure(config)
    with reachable_database(config) as url:
        with closing(Database(url, config)) as database:
            hold_to_secret_key(database, sealer_of(config))
        run_jobs(url, config, [inbox.arrival])
