"""What a served run folder gives: its report with a place to draw, and answers to a drawing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from functools import partial

import msgspec
import numpy as np
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bench.errors import BenchError
from bench.serve import drawing
from bench.serve.asking import Asker, Unanswered
from bench.serve.exhibit import Exhibit
from bench.serve.frames import Frame
from bench.serve.guard import Guard
from bench.serve.rounds import answers


@dataclass(frozen=True)
class Bounds:
    """How long and how many requests may take hold of the server.

    Parameters
    ----------
    body_seconds : float
        Within which the whole body of a request has to come.
    idle_seconds : int
        After which a connection is closed whose page asks nothing more.
    n_connections : int
        Open at the same time; what comes on further ones is refused.
    """

    body_seconds: float = 10
    idle_seconds: int = 5
    n_connections: int = 64


def application(exhibit: Exhibit, port: int, bounds: Bounds) -> Starlette:
    """Return the ASGI application that serves a run folder on a port.

    Its state holds the `Asker`, which `close` ends together with the models' process.
    """
    asker = Asker(exhibit.store, exhibit.run)
    app = Starlette(
        routes=[
            Route("/", partial(_page, exhibit), methods=["GET"]),
            Route("/answers", partial(_answers, exhibit, asker, bounds.body_seconds), methods=["POST"]),
        ],
        middleware=[Middleware(Guard, port=port)],
        exception_handlers={HTTPException: _sentence, BenchError: _trouble},
        lifespan=partial(_lifespan, exhibit, asker),
    )
    app.state.asker = asker
    return app


@contextlib.asynccontextmanager
async def _lifespan(exhibit: Exhibit, asker: Asker, app: Starlette) -> AsyncIterator[None]:
    """Load the models while the page is opened; end their process with the server."""
    loading = asyncio.create_task(_load(exhibit, asker))
    try:
        yield
    finally:
        loading.cancel()
        asker.close()


async def _load(exhibit: Exhibit, asker: Asker) -> None:
    """Load one model after the other, those whose libraries take long last."""
    for row in sorted(exhibit.offered.models, key=lambda row: row.family == "deep"):
        with contextlib.suppress(Unanswered):  # the first drawing meets it again, and says so
            await asker.ask(row, None)


async def _page(exhibit: Exhibit, request: Request) -> Response:
    text, policy = await asyncio.to_thread(exhibit.page)
    return HTMLResponse(text, headers={"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"})


async def _answers(exhibit: Exhibit, asker: Asker, seconds: float, request: Request) -> Response:
    if exhibit.frame is None or not exhibit.offered.models:
        raise HTTPException(409, exhibit.section.obstacle)
    canvas = await _soon(_canvas(request, exhibit.frame), seconds)
    try:
        values = drawing.row(exhibit.frame, canvas)
    except drawing.Blank:
        raise HTTPException(422, "Nothing is drawn yet.") from None
    found = answers(exhibit.run, exhibit.frame, exhibit.offered, asker, values)
    lines = (msgspec.json.encode(line) + b"\n" async for line in found)
    return StreamingResponse(lines, media_type="application/x-ndjson")


async def _soon(canvas: Awaitable[np.ndarray], seconds: float) -> np.ndarray:
    """Return what a page sends within a time; close its connection if it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            return await canvas
    except TimeoutError:
        sentence = f"The drawing has not come within {seconds:g} s; send it again."
        raise HTTPException(408, sentence, {"Connection": "close"}) from None


async def _canvas(request: Request, frame: Frame) -> np.ndarray:
    """Return the pixels that a page has sent, and read no more than these."""
    length, body = int(np.prod(frame.canvas)), bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > length:
            raise HTTPException(413, f"A drawing has {length:,} bytes, this is more.")
    if len(body) < length:
        raise HTTPException(400, f"A drawing has {length:,} bytes, this has {len(body):,}.")
    return np.frombuffer(body, dtype=np.uint8).reshape(frame.canvas)


async def _sentence(request: Request, error: Exception) -> Response:
    """Return why a request is refused, in plain text."""
    if not isinstance(error, HTTPException):
        return PlainTextResponse("", 500)
    return PlainTextResponse(error.detail, error.status_code, error.headers)


async def _trouble(request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"bench: {error}", 500)
