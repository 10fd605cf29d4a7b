"""`roster users`."""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from roster.v1 import user_service_pb2 as rpc

from server.cli.settings import DataDir, configured
from server.data_directory import DataDirectory
from server.startup import StartError
from server.transfer import forms, work
from server.transfer.connection import Destination, Security
from server.transfer.csv_rows import mapping_of
from server.transfer.role_names import RolesByName
from server.transfer.sources.firebase import parameters_of

app = typer.Typer(
    name="users",
    help="Bring users in, take them out, delete them: by the file, from any machine.",
    no_args_is_help=True,
    add_completion=False,
)

REJECTED_EXIT = 3
"""Exit code of what came to its end, but without some of the records."""
INTERRUPTED_EXIT = 130

Address = Annotated[
    str | None, typer.Option(help="host:port of the service. [ROSTER_ADDRESS, credentials.json]")
]
Project = Annotated[str | None, typer.Option(help="Id of the project. [ROSTER_PROJECT_ID, credentials.json]")]
Key = Annotated[
    str | None,
    typer.Option(
        help="Management key, with or without `<project_id>:` before it. Others may see it here: rather set"
        " the variable. [ROSTER_MANAGEMENT_KEY, credentials.json]"
    ),
]
Tls = Annotated[
    bool, typer.Option("--tls", envvar="ROSTER_TLS", help="Speak TLS; the files below say so too.")
]
CaFile = Annotated[
    Path | None,
    typer.Option(
        envvar="ROSTER_CA_FILE",
        help="Authorities that may vouch for the service, in PEM; default: the usual ones.",
    ),
]
CertFile = Annotated[
    Path | None,
    typer.Option(
        "--client-cert-file",
        envvar="ROSTER_CLIENT_CERT_FILE",
        help="Certificate to show to a service that asks for one, in PEM.",
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--client-key-file", envvar="ROSTER_CLIENT_KEY_FILE", help="The certificate's key, in PEM."),
]
Rejected = Annotated[
    Path | None,
    typer.Option(
        help="File for the records that are rejected, with the reasons: to be mended and handed in again."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would happen, and change nothing.")]
AllOrNothing = Annotated[
    bool, typer.Option("--all-or-nothing", help="Reject all of a message in which one record is rejected.")
]
BatchSize = Annotated[int, typer.Option(min=1, max=1_000, help="Records of a message.")]
Streams = Annotated[
    int,
    typer.Option(
        min=1,
        max=16,
        help="Streams at a time, each over a connection of its own. With several, of records that are in each"
        " other's way any may come first.",
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on where an earlier run was broken off, within 24 hours.")
]
State = Annotated[
    Path | None, typer.Option(help="Where it is kept how far the run is; default: beside the file.")
]
Patience = Annotated[
    float,
    typer.Option(
        min=0,
        help="Seconds for which a service that does not answer is tried again; an answer may take 30 in any"
        " case.",
    ),
]


class OnConflict(StrEnum):
    """What to do with a user who is there already."""

    FAIL = "fail"
    SKIP = "skip"
    UPDATE = "update"


class ImportForm(StrEnum):
    """The forms of files that hold users."""

    JSONL = "jsonl"
    CSV = "csv"
    AUTH0 = "auth0"
    FIREBASE = "firebase"
    KEYCLOAK = "keycloak"
    COGNITO = "cognito"
    FUSIONAUTH = "fusionauth"


class ExportForm(StrEnum):
    """The forms of files that users are written into."""

    JSONL = "jsonl"
    CSV = "csv"


class DeletionForm(StrEnum):
    """The forms of files that name users."""

    JSONL = "jsonl"
    LINES = "lines"


class TestUsers(StrEnum):
    """Whether test users are meant."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    ONLY = "only"


@app.command("import")
def import_users(
    file: Annotated[str, typer.Argument(help="The file; - for standard input.")],
    form: Annotated[
        ImportForm | None, typer.Option("--format", help="Form of the file; default: by its name.")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=FIELD",
            help="Of CSV: the field that a column holds; none leaves it out; repeatable.",
        ),
    ] = None,
    hash_config: Annotated[
        Path | None,
        typer.Option(help="Of Firebase: file with the project's hash_config, as its console shows it."),
    ] = None,
    roles_by_name: Annotated[
        bool,
        typer.Option(
            "--roles-by-name", help="Go by the names of roles, whose ids may differ from those in the file."
        ),
    ] = False,
    on_conflict: Annotated[
        OnConflict, typer.Option(help="What to do with a user who is there already.")
    ] = OnConflict.FAIL,
    dry_run: DryRun = False,
    all_or_nothing: AllOrNothing = False,
    rejected: Rejected = None,
    resume: Resume = False,
    state: State = None,
    batch_size: BatchSize = 500,
    streams: Streams = 1,
    patience: Patience = 60.0,
    address: Address = None,
    project: Project = None,
    key: Key = None,
    data_dir: DataDir = None,
    tls: Tls = False,
    ca_file: CaFile = None,
    cert_file: CertFile = None,
    key_file: KeyFile = None,
) -> None:
    """Create users from JSON lines, `{"user": {"email": ...}, "password": {...}}` as `export` writes them,
    from CSV, or from what another system exports.

    The heading of CSV names fields (email, roles, custom_attributes.level:number, metadata.plan,
    password.bcrypt, tenants:json); lists are separated by `;`. Exit code 3: some were rejected, and all
    others are in.
    """
    manner = work.Manner(
        on_conflict.value, dry_run, all_or_nothing, batch_size, streams, patience, rejected, resume, state
    )
    try:
        fields = mapping_of(mapping or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--map") from None
    try:
        parameters = parameters_of(hash_config.read_text(encoding="utf-8")) if hash_config else None
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error), param_hint="--hash-config") from None
    name = forms.form_name(form, file, forms.IMPORTS)
    if fields and name not in forms.MAPPED:
        raise typer.BadParameter(f"{name} has no columns", param_hint="--map")
    if parameters and name != ImportForm.FIREBASE:
        raise typer.BadParameter(f"{name} takes none", param_hint="--hash-config")
    chosen = forms.IMPORTS[name](forms.Details(fields, parameters))
    if roles_by_name:
        chosen = RolesByName(chosen)
    security = _security(tls, ca_file, cert_file, key_file)
    _end(work.import_users, _destination(address, project, key, data_dir, security), file, chosen, manner)


@app.command("export")
def export_users(
    file: Annotated[str, typer.Argument(help="The file to write; - for standard output.")],
    form: Annotated[
        ExportForm | None, typer.Option("--format", help="Form of the file; default: by its name.")
    ] = None,
    include_password_hashes: Annotated[
        bool, typer.Option("--include-password-hashes", help="Takes the scope users:export_secrets.")
    ] = False,
    test_users: Annotated[TestUsers, typer.Option(help="Whether test users are meant.")] = TestUsers.INCLUDE,
    resume: Resume = False,
    state: State = None,
    patience: Patience = 60.0,
    address: Address = None,
    project: Project = None,
    key: Key = None,
    data_dir: DataDir = None,
    tls: Tls = False,
    ca_file: CaFile = None,
    cert_file: CertFile = None,
    key_file: KeyFile = None,
) -> None:
    """Write all users of the project as JSON lines or CSV, which `import` reads."""
    meant = f"TEST_USERS_{test_users.value.upper()}"
    request = rpc.ExportUsersRequest(
        filter=rpc.UserFilter(test_users=meant), include_password_hashes=include_password_hashes
    )
    manner = work.Manner(patience=patience, resume=resume, state=state)
    security = _security(tls, ca_file, cert_file, key_file)
    chosen = forms.form_name(form, file, forms.EXPORTS)
    destination = _destination(address, project, key, data_dir, security)
    _end(work.export_users, destination, file, chosen, request, manner)


@app.command("delete")
def delete_users(
    source: Annotated[str, typer.Option("--from", help="The file that names them; - for standard input.")],
    form: Annotated[
        DeletionForm | None, typer.Option("--format", help="Form of the file; default: by its name.")
    ] = None,
    dry_run: DryRun = False,
    all_or_nothing: AllOrNothing = False,
    rejected: Rejected = None,
    resume: Resume = False,
    state: State = None,
    batch_size: BatchSize = 500,
    streams: Streams = 1,
    patience: Patience = 60.0,
    address: Address = None,
    project: Project = None,
    key: Key = None,
    data_dir: DataDir = None,
    tls: Tls = False,
    ca_file: CaFile = None,
    cert_file: CertFile = None,
    key_file: KeyFile = None,
) -> None:
    """Delete the users whom a file names, for good.

    A line is `{"by": {"email": ...}}` or a user as `export` writes it; or (`lines`, for *.txt) one user id,
    email, phone number or login id. Exit code 3: some were rejected, and all others are deleted.
    """
    manner = work.Manner(
        dry_run=dry_run,
        all_or_nothing=all_or_nothing,
        batch_size=batch_size,
        streams=streams,
        patience=patience,
        rejected=rejected,
        resume=resume,
        state=state,
    )
    chosen = forms.DELETIONS[forms.form_name(form, source, forms.DELETIONS)]()
    security = _security(tls, ca_file, cert_file, key_file)
    _end(work.delete_users, _destination(address, project, key, data_dir, security), source, chosen, manner)


def _security(
    tls: bool, ca_file: Path | None, cert_file: Path | None, key_file: Path | None
) -> Security | None:
    """How TLS is spoken; None: not at all."""
    wanted = tls or ca_file or cert_file or key_file
    return Security(ca_file, cert_file, key_file) if wanted else None


def _destination(
    address: str | None,
    project: str | None,
    key: str | None,
    data_dir: Path | None,
    security: Security | None,
) -> Destination:
    """Where the service is: as it is told, or as the data directory's credentials have it. Raises
    StartError."""
    address = address or os.environ.get("ROSTER_ADDRESS")
    key = key or os.environ.get("ROSTER_MANAGEMENT_KEY") or ""
    before, _, key = key.rpartition(":")
    project = project or before or os.environ.get("ROSTER_PROJECT_ID")
    if address and project and key:
        return Destination(address, project, key, security)
    directory = configured(data_dir=data_dir).data_dir
    held = DataDirectory(directory).credentials() if directory.is_dir() else None
    if held is None:
        raise StartError(
            "which service, project and key? set ROSTER_ADDRESS, ROSTER_PROJECT_ID and ROSTER_MANAGEMENT_KEY,"
            f" or ROSTER_DATA_DIR: {directory} has no credentials.json"
        )
    return Destination(
        address or held.address, project or held.project_id, key or held.management_key, security
    )


def _end(work: Callable[..., bool | None], *arguments: object) -> None:
    """Does the work, and ends with the exit code that tells how it went."""
    try:
        succeeded = work(*arguments)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED_EXIT) from None
    if succeeded is False:
        raise typer.Exit(REJECTED_EXIT)
