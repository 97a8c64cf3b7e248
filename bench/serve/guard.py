"""What keeps other sites out: only pages of this server may ask it, only under its own names.

Bound to the loopback address, a server is still within reach of every page in the user's browser: by a
forged form, or by a name that an attacker's resolver turns into 127.0.0.1 (DNS rebinding). So the header
Host must be one of ours, and whoever posts must come from there.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"
MEDIA_TYPE = "application/octet-stream"
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """Refuses what does not come from a page of ours, and says in every answer that nobody else may use it.

    Parameters
    ----------
    app : ASGI application
    port : int
        On which the server listens.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.app = app
        self.hosts = {f"{name}:{port}" for name in (HOST, "localhost")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        return await (refusal or self.app)(scope, receive, guarded)

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "").lower()
        if headers.getlist("host") != [headers.get("host")] or host not in self.hosts:
            return PlainTextResponse("This server answers to its own loopback address only.", 421)
        if method == "POST" and headers.getlist("origin") != [f"http://{host}"]:
            return PlainTextResponse("Only a page of this server may ask it.", 403)
        if method == "POST" and headers.get("content-type") != MEDIA_TYPE:
            return PlainTextResponse(f"A drawing is sent as {MEDIA_TYPE}.", 415)
        return None
