"""An MNIST download that fails, is truncated or altered is never read, and the error gives an alternative."""

from __future__ import annotations

import http.server
import sys
import threading

import keras
import numpy as np
import pytest

from training.data.dataset import DataError
from training.data.mnist import mnist


def error_message() -> str:
    """The message of the error that mnist() raises."""
    with pytest.raises(DataError) as caught:
        mnist()
    return str(caught.value)


@pytest.mark.parametrize(
    "error", [Exception("URL fetch failure"), OSError("no route to host"), ValueError("hash")], ids=repr
)
def test_a_failed_download_is_reported_with_an_alternative(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.delenv("DIGIT_DATA", raising=False)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    message = error_message()
    assert str(error) in message and "put mnist.npz into a folder and set DIGIT_DATA to it" in message


class _Server(http.server.BaseHTTPRequestHandler):
    """Serves a file that is not MNIST: complete, truncated, or not at all."""

    kind = ""

    def do_GET(self):
        body = b"no MNIST" * 1000
        self.send_response(503 if self.kind == "refused" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:1000] if self.kind == "truncated" else body)

    def log_message(self, *arguments):
        pass


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["refused", "truncated", "altered"])
def test_a_faulty_download_is_never_read(tmp_path, monkeypatch, kind):
    monkeypatch.delenv("DIGIT_DATA", raising=False)
    monkeypatch.setattr(_Server, "kind", kind)
    fetch = keras.utils.get_file
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/mnist.npz"
        monkeypatch.setattr(
            sys.modules[keras.datasets.mnist.load_data.__module__],
            "get_file",
            lambda fname, origin, **options: fetch(fname, address, cache_dir=tmp_path, **options),
        )
        monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("a damaged download was read"))
        for _ in range(2):  # the second time, the cached remains are not read either
            message = error_message()
            assert "MNIST could not be downloaded" in message and "set DIGIT_DATA to it" in message
        server.shutdown()
