"""`roster serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from server.cli.settings import DatabaseUrl, DataDir, configured
from server.supervisor import serve as run

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    listen: Annotated[
        str | None, typer.Option(help="Address of the gRPC port; port 0 picks a free one. [ROSTER_LISTEN]")
    ] = None,
    web_listen: Annotated[
        str | None,
        typer.Option(
            help="Address of the web process; port 0 picks a free one, '' has none. [ROSTER_WEB_LISTEN]"
        ),
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    workers: Annotated[
        int | None, typer.Option(help="gRPC worker processes; default: one per core. [ROSTER_WORKERS]")
    ] = None,
) -> None:
    """Start the service; the first start makes the database, a project and a management key."""
    config = configured(
        listen=listen,
        web_listen=web_listen,
        data_dir=data_dir,
        database_url=database_url,
        workers=workers,
    )
    raise typer.Exit(run(config))
