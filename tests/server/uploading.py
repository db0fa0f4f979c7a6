"""Uploads a file as the page in a browser does: an address from the websocket, a cookie against cross-site requests."""

from __future__ import annotations

import urllib.error
import urllib.request
import uuid

BOUNDARY = "----a-boundary"


def token(address: str) -> str:
    """The cookie against cross-site requests that the server gives to whoever opens the page."""
    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=10) as response:
        return response.headers["Set-Cookie"].split("=", 1)[1].split(";")[0]


def upload(address: str, session: str, content: bytes, cookie: str = "", method: str = "PUT", name: str = "") -> int:
    """Uploads for a visit; returns the HTTP status. name: of the file in the server, for one that replaces another."""
    cookie = cookie or token(address)
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    request = urllib.request.Request(
        f"{address}/_stcore/upload_file/{session}/{name or uuid.uuid4()}",
        method=method,
        data=head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode() if method == "PUT" else None,
        headers={
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Cookie": f"_streamlit_xsrf={cookie}",
            "X-Xsrftoken": cookie,
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
