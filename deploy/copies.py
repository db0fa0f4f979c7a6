"""Runs several copies of the page behind one nginx on one machine, watches their health, and restarts what fails.

    python deploy/copies.py run 4 --port 8080     four copies and nginx, until Ctrl-C
    python deploy/copies.py nginx 4               prints the nginx configuration for four copies on ports 8501 to 8504
    python deploy/copies.py compose 4             prints a compose file: four containers and nginx

nginx.conf and compose.yaml in this folder are what the last two print for two copies. Needs nginx from the system's
packages; everything else is Python's standard library.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "nginx.conf"
COPIES = re.compile(r"(?<=# begin copies\n).*(?=# end copies\n)", re.DOTALL)  # the part that depends on their number
LISTEN = re.compile(r"(?<=  listen )\d+(?=;)")
FIRST_PORT = 8501
CHECK_SECONDS = 2.0  # between two health checks of a copy
MAX_FAILURES = 3  # checks in a row that may fail ...
START_SECONDS = 30.0  # ... which do not count while a copy starts
HEALTH = "/_stcore/health"


def configuration(addresses: Sequence[str], port: int = 8080) -> str:
    """Return the configuration, for nginx's http block, that shares visitors among copies at addresses, host:port each.

    A new visitor's copy is drawn by lot and remembered in a cookie; the other copies stand in for one that is gone.
    """
    share = f"{100 / len(addresses):.2f}"
    names = [f"digits_{number}" for number in range(1, len(addresses) + 1)]
    lots = [f"  {share}% {name};" for name in names[:-1]] + [f"  *   {names[-1]};"]
    lines = ["split_clients $request_id $lot { # a new visitor's copy is drawn by lot", *lots, "}"]
    lines += ["map $cookie_digits_copy $copy {", "  default $lot;", *(f"  {name} {name};" for name in names), "}"]
    for name, address in zip(names, addresses, strict=True):
        others = [other for other in addresses if other != address]
        lines += [f"upstream {name} {{", f"  server {address} max_fails=0;"]
        lines += [*(f"  server {other} backup max_fails=0;" for other in others), "}"]
    text = COPIES.sub(lambda _: "\n".join(lines) + "\n", TEMPLATE.read_text(encoding="utf-8"))
    return LISTEN.sub(str(port), text)


def compose(number: int) -> str:
    """Return a compose file with a number of containers of the page behind nginx, restarted when they end."""
    names = [f"page{copy}" for copy in range(1, number + 1)]
    lines = [f"# {number} copies of the page behind nginx: docker compose -f deploy/compose.yaml up --build"]
    lines += [f"# Written by: python deploy/copies.py compose {number}", "services:"]
    for name in names:
        lines += [f"  {name}:", "    build: ..", "    restart: unless-stopped", "    volumes: [rooms:/rooms]"]
    lines += ["  nginx:", "    image: nginx:stable", "    restart: unless-stopped", '    ports: ["8080:8080"]']
    lines += ["    depends_on:", *(f"      {name}: {{condition: service_healthy}}" for name in names)]
    lines += ["    configs: [{source: digits, target: /etc/nginx/conf.d/default.conf}]", "volumes:", "  rooms:"]
    lines += ["configs:", "  digits:"]
    text = configuration([f"{name}:8501" for name in names]).replace("$", "$$")  # a single one is compose's own
    lines += ["    content: |", *(f"      {line}".rstrip() for line in text.splitlines())]
    return "\n".join(lines) + "\n"


class Copy:
    """One server of the page, on a port of its own; started at once."""

    def __init__(self, port: int):
        self.port = port
        self.start()

    def start(self) -> None:
        """Start a new process; the old one must have ended."""
        script = HERE.parent / "app.py"
        options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={self.port}"]
        command = [sys.executable, "-m", "streamlit", "run", str(script), *options, "--server.fileWatcherType=none"]
        self.process = subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.DEVNULL)
        self.failures, self.started = 0, time.monotonic()

    def check(self) -> None:
        """Check its health; restart it if it has ended, or has not answered MAX_FAILURES times in a row."""
        if self.process.poll() is None:
            if healthy(f"http://127.0.0.1:{self.port}{HEALTH}"):
                self.failures = 0
                return
            self.failures += 1
            if self.failures < MAX_FAILURES or time.monotonic() - self.started < START_SECONDS:
                return
        print(f"copy on port {self.port} is gone or does not answer; starting it again", flush=True)
        stop(self.process)
        self.start()


def healthy(address: str) -> bool:
    """Return whether a server answers at an address within two seconds."""
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2) as response:
        return bool(response.status == 200)
    return False


def stop(process: subprocess.Popen) -> None:
    """End a process, by force if it does not end within ten seconds."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def nginx(addresses: Sequence[str], port: int) -> Iterator[subprocess.Popen]:
    """Run nginx as the user who runs this, with its files in a temporary folder, until the block ends.

    Raises FileNotFoundError if it is not installed.
    """
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        raise FileNotFoundError("nginx is not installed; install it, for example with: apt-get install nginx")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in temporary)
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; error_log {folder}/errors; worker_rlimit_nofile 8192; "
            f"events {{ worker_connections 4096; }} "
            f"http {{ access_log off; {paths}\n{configuration(addresses, port)}\n}}",
            encoding="utf-8",
        )
        command = [program, "-p", name, "-c", folder / "nginx.conf"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            yield process
        finally:
            stop(process)


def run(number: int, port: int, first_port: int) -> int:
    """Run the copies and nginx until Ctrl-C or SIGTERM; return the exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    copies: list[Copy] = []
    try:
        copies += [Copy(first_port + place) for place in range(number)]
        with nginx([f"127.0.0.1:{copy.port}" for copy in copies], port) as process:
            print(f"{number} copies behind http://127.0.0.1:{port}; Ctrl-C ends them", flush=True)
            while process.poll() is None:
                time.sleep(CHECK_SECONDS)
                for copy in copies:
                    copy.check()
        print(f"nginx ended; is port {port} free?", file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    finally:
        for copy in copies:
            stop(copy.process)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python deploy/copies.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("run", "nginx", "compose"))
    parser.add_argument("number", type=int, choices=range(1, 65), metavar="N", help="how many copies, 1 to 64")
    parser.add_argument("--port", type=int, default=8080, help="where nginx listens (default: 8080)")
    parser.add_argument("--first-port", type=int, default=FIRST_PORT, help="of the copies (default: 8501)")
    options = parser.parse_args(arguments)
    if options.what == "run":
        return run(options.number, options.port, options.first_port)
    if options.what == "compose":
        print(compose(options.number), end="")
        return 0
    ports = range(options.first_port, options.first_port + options.number)
    print(configuration([f"127.0.0.1:{port}" for port in ports], options.port), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
