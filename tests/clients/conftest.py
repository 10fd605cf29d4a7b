"""What clients of other authors find: the web process, as its own tests start it."""

from tests.web.conftest import start_web, web

__all__ = ["start_web", "web"]
