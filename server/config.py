"""Every setting of Roster: its variable, its default and its meaning, on one page.

A setting is read from the environment as `ROSTER_<NAME>`; the `roster` command offers the common
ones as flags too (`server.cli.settings`, which holds the values to the rules beside them here). `Config` is
immutable, and pickled as it is to every worker process.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Final, Literal

from annotated_types import Ge, Gt, Le

from server.startup import StartError

# Limits that the contract states as well; a contract test holds the two together.
MAX_MESSAGE_BYTES: Final = 4 * 1024 * 1024
MAX_METADATA_BYTES: Final = 64 * 1024
MAX_ROLES_PER_USER: Final = 100
MAX_LOGIN_IDS_PER_USER: Final = 20
MAX_TENANTS_PER_USER: Final = 100
MAX_APPLICATIONS_PER_USER: Final = 100
MAX_CUSTOM_ATTRIBUTES: Final = 200
MAX_PAGE_SIZE: Final = 1_000
DEFAULT_PAGE_SIZE: Final = 50
MAX_SEARCH_WORDS: Final = 10
REQUEST_ID_LIFETIME_HOURS: Final = 24
MAX_MODIFICATIONS: Final = 1_000
MAX_WEBHOOKS: Final = 50
MAX_PASSKEYS_PER_USER: Final = 50
MAX_PROVIDER_TOKENS_PER_USER: Final = 50
MAX_PLAIN_PASSWORDS: Final = 50
MAX_EMAILS_ASKED_FOR_PER_ADDRESS: Final = 100
MAX_PASSKEY_OPTIONS_PER_ADDRESS: Final = 1_000
MAX_LOGINS_RECORDED_PER_LOCK: Final = 100


@dataclass(frozen=True, slots=True)
class Form:
    """Texts that match a regular expression."""

    pattern: str


class CommaSeparated:
    """Values with commas between them, as a variable of the environment holds several."""


Seconds = Annotated[float, Gt(0)]
Count = Annotated[int, Ge(1)]
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Config:
    """The settings of one installation."""

    # -- where things are -------------------------------------------------------------------
    listen: str = "127.0.0.1:7878"
    """Address of the gRPC port; port 0 picks a free one."""

    data_dir: Path = Path("roster-data")
    """Directory of the embedded database and of `credentials.json`."""

    database_url: str | None = None
    """`postgresql://` URL of an outside PostgreSQL 14 or newer; absent: the embedded one.
    Several hosts with `target_session_attrs=read-write` follow a failover."""

    web_listen: str = "127.0.0.1:7879"
    """Address of the web process: keys that tokens are verified with, pages that links in emails lead to,
    health. Port 0 picks a free one; empty: no web process."""

    public_url: Annotated[str | None, Form(r"^https?://[^\s/?#@]+(/[^\s?#]*)?$")] = None
    """What links in emails begin with, and where browsers find the web process: `https://id.example.com`,
    or with a path that a proxy takes away. Absent: `http://` and the address of the web process."""

    metrics_listen: str | None = None
    """Address of the Prometheus page `/metrics`; absent: no page."""

    # -- TLS ---------------------------------------------------------------------------------
    tls_cert_file: Path | None = None
    """Certificate of the gRPC port, in PEM, with those between it and its authority; absent: no TLS. It is
    read anew when it changes, as the other two files are: connections made before keep the former one."""

    tls_key_file: Path | None = None
    """The certificate's private key, in PEM."""

    tls_client_ca_file: Path | None = None
    """Certificates of authorities, in PEM, one of which must vouch for every client; absent: clients need no
    certificate."""

    # -- processes ---------------------------------------------------------------------------
    workers: Count = field(default_factory=lambda: os.cpu_count() or 1)
    """gRPC worker processes; default: one per core."""

    threads: Count = 8
    """Calls that one worker process executes at a time, each on a database connection of its own."""

    maximum_concurrent_rpcs: Count = 256
    """Calls that one worker process holds, executing and waiting, beside its watchers; more are refused at
    once. Places of watchers that are free are open to calls as well."""

    max_connection_age: Seconds = 600.0
    """Seconds after which a client connection is asked to come again, so that connections spread
    over the worker processes."""

    job_workers: Annotated[int, Ge(0)] = 1
    """Processes for work in the background; 0: none, `roster worker` runs elsewhere."""

    watchers: Count = 500
    """Streams of WatchEvents that one worker process serves, each in a thread; more are refused at once."""

    exports: Count = 16
    """Streams of ExportUsers that one worker process serves; more are refused at once."""

    batches: Count = 8
    """Streams of batches that one worker process serves; more are refused at once."""

    shutdown_grace: Seconds = 15.0
    """Seconds that calls in flight have to finish after SIGTERM."""

    migrate: bool = True
    """Whether `serve` brings the schema up to date before it serves."""

    # -- where callers are ------------------------------------------------------------------
    trusted_proxies: Annotated[tuple[Network, ...], CommaSeparated()] = ()
    """Networks of proxies whose `x-forwarded-for` tells where a call comes from, such as
    `10.0.0.0/8,fd00::/8`; the address that counts is the last one in it that is none of theirs."""

    # -- bounds ------------------------------------------------------------------------------
    call_timeout: Seconds = 10.0
    """Seconds that one call may spend on the database; a caller's shorter deadline wins."""

    connect_timeout: Count = 3
    """Seconds to wait for a connection to the database."""

    key_cache_seconds: Annotated[float, Ge(0), Le(10)] = 10.0
    """Seconds that a verified management key is trusted without asking the database again, and so
    the longest that a revoked key lives on."""

    # -- passwords ---------------------------------------------------------------------------
    hashing_parallel: Count = 1
    """Passwords that one worker process hashes at a time; a few more wait, others are refused with
    RESOURCE_EXHAUSTED. Each takes the memory below and a core."""

    argon2_time_cost: Annotated[int, Ge(1), Le(2**32 - 1)] = 3
    """Passes of Argon2id over its memory, when it hashes a new password."""

    argon2_memory_cost: Annotated[int, Ge(8), Le(2**32 - 1)] = 65_536
    """Memory of Argon2id in KiB, when it hashes a new password; at least 8 for each lane."""

    argon2_parallelism: Annotated[int, Ge(1), Le(2**24 - 1)] = 4
    """Lanes of Argon2id, when it hashes a new password."""

    # -- secrets -----------------------------------------------------------------------------
    secret_key: str | None = field(default=None, repr=False)
    """Seals the secrets that have to be stored: 32 random bytes in Base64. Absent: made by the first start
    and kept in the data directory. All machines of an installation need the same one."""

    # -- webhooks ----------------------------------------------------------------------------
    webhook_first_retry: Seconds = 5.0
    """Seconds after which a failed delivery is first tried again; from then on ever longer, 14 attempts in
    all: with the default over a day."""

    webhook_timeout: Seconds = 15.0
    """Seconds that a receiver has for its answer."""

    webhook_disable_after: Seconds = 5 * 86_400.0
    """Seconds without any success after which a webhook is disabled."""

    webhook_ca_file: Path | None = None
    """Certificates of authorities, in PEM, that vouch for receivers beside the usual ones."""

    # -- emails ------------------------------------------------------------------------------
    smtp_host: str | None = None
    """Host of the SMTP server that emails are handed to. Absent: they are written as files into `emails` in
    the data directory."""

    smtp_port: Annotated[int, Ge(1), Le(65_535)] | None = None
    """Its port; absent: 587, with `smtp_security` tls 465, with none 25."""

    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls`: nothing is said before TLS is; `tls`: TLS from the beginning; `none`: in the clear. The
    server's certificate must be for `smtp_host`."""

    smtp_username: str | None = None
    """Name to log in with; absent: there is no login."""

    smtp_password: str | None = field(default=None, repr=False)
    """Password to log in with."""

    smtp_timeout: Seconds = 20.0
    """Seconds that it may take to hand an email over."""

    smtp_ca_file: Path | None = None
    """Certificates of authorities, in PEM, that vouch for the SMTP server beside the usual ones."""

    email_from: Annotated[str, Form(r"^[^@\s]+@[^@\s]+$")] = "roster@localhost"
    """Address that emails come from, where a project names none."""

    email_first_retry: Seconds = 20.0
    """Seconds after which an email that the SMTP server did not take is first tried again; doubled for each
    further time, 13 attempts in all: with the default within a day."""

    # -- what is kept ------------------------------------------------------------------------
    event_retention_days: Annotated[float, Ge(2)] = 90.0
    """Days that events are kept."""

    delivery_retention_days: Annotated[float, Ge(2)] = 30.0
    """Days that the record of a delivery to a webhook is kept once it is done."""

    login_retention_days: Annotated[float, Gt(0)] = 90.0
    """Days that attempts to sign in are kept."""

    request_retention_hours: Annotated[float, Ge(REQUEST_ID_LIFETIME_HOURS)] = 48.0
    """Hours that the answers to requests with a `request_id` are kept; repeats are known for 24."""

    # -- what it tells -----------------------------------------------------------------------
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least level that is logged: debug, info, warning or error."""

    log_format: Literal["json", "console"] = "json"
    """One JSON object a line, or `console` for people."""

    def __post_init__(self) -> None:
        """Raises StartError for settings that are right by themselves and not together."""
        if self.argon2_memory_cost < 8 * self.argon2_parallelism:
            raise StartError("ROSTER_ARGON2_MEMORY_COST must be at least 8 times ROSTER_ARGON2_PARALLELISM")
