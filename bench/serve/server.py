"""The server: a socket on the loopback address, and the loop that lives until it is asked to stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from bench.errors import EnvironmentProblem
from bench.serve.app import Bounds, application
from bench.serve.exhibit import Exhibit
from bench.serve.guard import HOST

DEFAULT_PORT = 8765
N_TRIED = 20
BOUNDS = Bounds()

# Connections that a browser keeps open are cut after this.
PARTING_SECONDS = 1


def listen(port: int | None) -> socket.socket:
    """Return a socket that listens on a port of the loopback address.

    Parameters
    ----------
    port : int or None
        0 for any free one; None for `DEFAULT_PORT`, or the next free one.

    Raises
    ------
    EnvironmentProblem
        If the port is taken or forbidden.
    """
    tried = [port] if port is not None else list(range(DEFAULT_PORT, DEFAULT_PORT + N_TRIED))
    for number in tried:
        try:
            return _bound(number)
        except OSError as error:
            reason = error.strerror
    which = f"port {port}" if port is not None else f"ports {tried[0]} to {tried[-1]}"
    raise EnvironmentProblem(f"{which}: cannot listen ({reason}); name another --port, or 0 for any free one")


def serve(exhibit: Exhibit, listening: socket.socket, begun: Callable[[], None]) -> None:
    """Serve a run folder until a signal asks to stop, which is then raised as everywhere else.

    Parameters
    ----------
    exhibit : Exhibit
    listening : socket
    begun : callable
        Called as soon as pages are answered.
    """
    own = server(exhibit, listening.getsockname()[1], begun)
    try:
        asyncio.run(own.serve(sockets=[listening]))
    finally:
        own.config.app.state.asker.close()


def server(
    exhibit: Exhibit, port: int, begun: Callable[[], None] = lambda: None, bounds: Bounds = BOUNDS
) -> uvicorn.Server:
    """Return the server of a run folder on a port, not started yet; see `serve`."""
    config = uvicorn.Config(
        application(exhibit, port, bounds),
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=PARTING_SECONDS,
        timeout_keep_alive=bounds.idle_seconds,
        limit_concurrency=bounds.n_connections + 1,
    )
    return _Server(config, begun)


class _Server(uvicorn.Server):
    """Tells when it has begun; ends the models' process first, so that no answer is waited for."""

    def __init__(self, config: uvicorn.Config, begun: Callable[[], None]) -> None:
        super().__init__(config)
        self.begun = begun

    async def startup(self, *args: Any, **more: Any) -> None:
        """Begin."""
        await super().startup(*args, **more)
        self.begun()

    async def shutdown(self, *args: Any, **more: Any) -> None:
        """Stop."""
        self.config.app.state.asker.close()
        await super().shutdown(*args, **more)


def _bound(port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((HOST, port))
        found.listen()
    except OSError:
        found.close()
        raise
    return found
