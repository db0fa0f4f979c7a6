"""Headers of every response: what a page may load, who may show it in a frame, and what it tells other sites."""

from __future__ import annotations

import os

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EMBEDDERS = "DIGIT_EMBED"  # environment variable: origins that may show the page in a frame, or * for all
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' blob: 'wasm-unsafe-eval'",  # Streamlit's components v2 come as blobs
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' ws: wss: data: blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}


class SecurityHeaders:
    """ASGI middleware that adds the headers, also to what Streamlit and the other middleware answer."""

    def __init__(self, app: ASGIApp):
        self.app, self.headers = app, headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, add if scope["type"] == "http" else send)


def headers() -> dict[str, str]:
    """Return the headers by name. Raises ValueError where DIGIT_EMBED would add something else to the policy."""
    embedders = os.environ.get(EMBEDDERS, "").split()
    if bad := [origin for origin in embedders if any(letter in origin for letter in ",;'\"")]:
        raise ValueError(f"expected origins such as https://school.example in {EMBEDDERS}, got {bad[0]}")
    policy = POLICY | {"frame-ancestors": " ".join(["'self'", *embedders])}
    return {
        "content-security-policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",  # addresses hold codes of rooms
        "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    }
