"""The way of every call, outermost first. The order matters; the reasons stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from server.config import Config
from server.domain.access_tokens import AccessTokens
from server.domain.keyring import Keyring
from server.interceptors.access_log import AccessLog
from server.interceptors.call import Method
from server.interceptors.current_sessions import CurrentSessions
from server.interceptors.deadline import Deadline
from server.interceptors.errors import Errors
from server.interceptors.management_key import ManagementKeyCheck
from server.interceptors.metrics import Metrics
from server.interceptors.origin import Origins
from server.interceptors.request_id import RequestId
from server.interceptors.transaction import Transaction
from server.interceptors.validation import Validation
from server.interceptors.wrapping import Way
from server.store.database import Database
from server.store.readers import Readers

_SPARE: Final = 8
"""Threads of streams for those that are not let in, so that they hear it at once."""


def way(
    methods: Mapping[str, Method],
    database: Database,
    readers: Readers,
    access_tokens: AccessTokens,
    config: Config,
) -> Way:
    """The ordered list. A call goes down it to the handler, its answer or error comes back up."""
    return Way(
        [
            RequestId(),  # first, so that everything below can name the call
            AccessLog(),  # sees every call, refused ones too, with the status it ended in
            Metrics(),  # before the key check, so that refusals are counted
            Errors(),  # below log and metrics, which want the status; above all that raises
            Deadline(database, config),  # bounds the key check's look at the database as well
            ManagementKeyCheck(
                Keyring(database, config.key_cache_seconds),
                readers,
                Origins(config.trusted_proxies),
                CurrentSessions(database, readers, access_tokens),
            ),
            Validation(),  # after the key, so that a stranger learns nothing about the contract
            Transaction(database),  # last, so that a refused call never takes a connection
        ],
        methods,
        {
            "unary_stream": ThreadPoolExecutor(
                config.watchers + config.exports + _SPARE, thread_name_prefix="stream"
            ),
            "stream_stream": ThreadPoolExecutor(config.batches + _SPARE, thread_name_prefix="batch"),
        },
    )
