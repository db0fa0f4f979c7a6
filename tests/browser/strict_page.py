"""The page under a strict Content-Security-Policy: no eval, WebAssembly allowed."""

import runpy

import streamlit as st

from tests.page_server import ROOT

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' blob: 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self' ws: data: blob:; font-src 'self' data:; worker-src 'self' blob:"
)


class Strict:
    """ASGI middleware that adds the policy to every response."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def add(message):
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"content-security-policy", POLICY.encode())]
            await send(message)

        await self.app(scope, receive, add if scope["type"] == "http" else send)


if __name__ == "__main__":
    runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
else:
    from starlette.middleware import Middleware

    from server.maintenance import lifespan
    from server.middleware import middleware
    from server.routes import routes

    app = st.App(__file__, routes=routes(), middleware=[Middleware(Strict), *middleware()], lifespan=lifespan)
