"""`roster migrate`."""

from __future__ import annotations

import typer

from server.cli.database import database_url as reachable_database
from server.cli.settings import DatabaseUrl, DataDir, configured
from server.store.migrations import migrate as run

app = typer.Typer(add_completion=False)


@app.command()
def migrate(data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Bring the database's schema up to date; safe to run at any time and from many places at once."""
    config = configured(data_dir=data_dir, database_url=database_url)
    with reachable_database(config) as url:
        steps = run(url, config)
    typer.echo("\n".join(f"applied {step}" for step in steps) or "the schema is up to date")
