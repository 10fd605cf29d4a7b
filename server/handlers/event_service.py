"""EventService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from collections.abc import Iterator

from roster.v1 import event_pb2
from roster.v1 import event_service_pb2 as rpc

from server import convert
from server.domain.event_feed import Feed
from server.domain.event_log import EventLog
from server.handlers.paging import page_request
from server.handlers.streams import line_of
from server.interceptors.call import Call


class EventService:
    """The events of the caller's project."""

    def __init__(self, log: EventLog, feed: Feed[event_pb2.Event]) -> None:
        self._log = log
        self._feed = feed

    def ListEvents(self, request: rpc.ListEventsRequest, call: Call) -> rpc.ListEventsResponse:
        page = self._log.list(
            call.caller,
            convert.event_filter(request),
            page_request(request, call),
            oldest_first=request.oldest_first,
        )
        return rpc.ListEventsResponse(
            events=[convert.event_message(event) for event in page.items],
            next_page_token=page.next_token,
        )

    def WatchEvents(self, request: rpc.WatchEventsRequest, call: Call) -> Iterator[rpc.WatchEventsResponse]:
        with self._feed.watch(call.caller, convert.watch_request(request), line_of(call)) as watch:
            if not call.context.add_callback(watch.leave):
                return
            for events, resume_token in watch.messages():
                yield rpc.WatchEventsResponse(events=events, resume_token=resume_token)
