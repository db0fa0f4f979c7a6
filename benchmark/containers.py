"""The image and deploy/compose.yaml as containers: size, start, memory, and a copy that is killed or stands still.

It needs Docker with Compose; where no registry of images is reached, tests/containers/stand_ins.sh makes base images.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.browser import driver
from tests.drawings import placed
from tests.page_server import ROOT, free_port

IMAGE = "draw-a-digit"
COMPOSE_FILE = ROOT / "deploy" / "compose.yaml"
HARDENED = ["--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--tmpfs=/tmp"]
START_SECONDS = 120.0  # until a container is healthy
REPLACE_SECONDS = 90.0  # to wait for a copy that takes another's place
PAGES = ("", "play", "room", "learn", "evidence", "book")
BASES = re.findall(
    r"^(?:FROM|    image:) (\S+:\S+)", (ROOT / "Dockerfile").read_text() + COMPOSE_FILE.read_text(), re.M
)
WATCH = """() => {  // notes when the page has no server, and when it has one again
  const state = () => document.querySelector(".stApp")?.dataset.testConnectionState === "CONNECTED";
  window.changes = [];
  let before = true;
  setInterval(() => { if (state() !== before) window.changes.push([before = !before, Date.now() / 1000]); }, 20);
}"""
SIGNAL = """
import os, pathlib, signal
for child in pathlib.Path("/proc/1/task/1/children").read_text().split():
    os.kill(int(child), signal.{})
"""


@dataclass(frozen=True)
class Replaced:
    """A copy that ended or stood still: the slowest answer right after, in seconds; and seconds until what was back.

    visitor: connected again. copy: well again, or another in its place.
    """

    answer: float
    visitor: float
    copy: float


def missing() -> str:
    """Return what this machine lacks to run the containers; nothing if it has all."""
    if not shutil.which("docker"):
        return "needs Docker with Compose, for example from apt-get install docker.io docker-compose"
    if _docker("info", check=False).returncode:
        return "needs a Docker daemon that runs"
    if _docker("compose", "version", check=False).returncode:
        return "needs Docker's plugin Compose"
    for base in BASES:
        if _docker("image", "inspect", base, check=False).returncode:
            with contextlib.suppress(subprocess.TimeoutExpired):
                _docker("pull", "--quiet", base, check=False, timeout=300)
            if _docker("image", "inspect", base, check=False).returncode:
                return f"needs the image {base}, which cannot be pulled; see tests/containers/stand_ins.sh"
    return ""


def build() -> float:
    """Build the image; return the seconds that took."""
    begin = time.monotonic()
    _docker("build", "--quiet", "--tag", IMAGE, str(ROOT), timeout=1800)
    return time.monotonic() - begin


def megabytes(image: str) -> float:
    """Return the size of an image, with its base."""
    return int(_docker("image", "inspect", "--format", "{{.Size}}", image).stdout) / 1e6


@dataclass(frozen=True)
class Container:
    """The image alone, as docs/hosting.md runs it: its name, its address, and the seconds until it was healthy."""

    name: str
    address: str
    started: float

    def memory(self) -> float:
        return _memory(self.name)


@contextlib.contextmanager
def container() -> Iterator[Container]:
    """Run the image with a read-only file system and no capability until the block ends."""
    port, name, begin = free_port(), f"{IMAGE}-{os.getpid()}", time.monotonic()
    _docker(
        "run", "--detach", "--init", "--name", name, *HARDENED, "--volume=/rooms", f"-p127.0.0.1:{port}:8501", IMAGE
    )
    try:
        _wait(lambda: _health(name) == "healthy", START_SECONDS, f"{name} to be healthy")
        yield Container(name, f"http://127.0.0.1:{port}", time.monotonic() - begin)
    finally:
        _docker("rm", "--force", "--volumes", name, check=False)


class Compose:
    """The services of compose.yaml, in a project of their own."""

    def __init__(self) -> None:
        self.port, self.project = free_port(), f"{IMAGE}-{os.getpid()}"
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {"ROOMS_PASSWORD": "for-a-test", "PORT": f"127.0.0.1:{self.port}"}
        self.started = 0.0  # seconds

    def run(self, *arguments: str) -> str:
        command = ["compose", "-f", str(COMPOSE_FILE), "-p", self.project, *arguments]
        return _docker(*command, env=self.environment, timeout=600).stdout

    def copies(self) -> list[str]:
        """Return the names of the page's containers."""
        return sorted(json.loads(line)["Name"] for line in self.run("ps", "--format=json", "page").splitlines())

    def memory(self) -> dict[str, float]:
        """Return the MB of each container by the name of its service."""
        rows = [json.loads(line) for line in self.run("ps", "--format=json").splitlines()]
        return {row["Name"].removeprefix(f"{self.project}-"): _memory(row["Name"]) for row in rows}


@contextlib.contextmanager
def composed(copies: int = 2) -> Iterator[Compose]:
    """Bring the services up, with so many copies of the page, until the block ends."""
    services, begin = Compose(), time.monotonic()
    try:
        services.run("up", "--detach", "--no-build", "--scale", f"page={copies}")
        _wait(lambda: all(_health(name) == "healthy" for name in services.copies()), START_SECONDS, "healthy copies")
        _wait(lambda: _answers(services.address), START_SECONDS, "HAProxy to find a copy")
        services.started = time.monotonic() - begin
        yield services
    finally:
        services.run("down", "--volumes", "--timeout", "5")


def one_on_each_copy(chromium: Any, services: Compose) -> list[driver.Visitor]:
    """Return two visitors of different copies who have drawn a 3."""
    visitors: dict[str, driver.Visitor] = {}
    for _ in range(10):
        context = chromium.new_context(viewport=driver.DESKTOP)
        visitor = driver.Visitor(context.new_page(), services.address)
        (cookie,) = (entry["value"] for entry in context.cookies() if entry["name"] == "digits_copy")
        if cookie in visitors:
            context.close()
            continue
        visitors[cookie] = visitor
        if len(visitors) == 2:
            break
    for visitor in visitors.values():
        visitor.draw(placed(3))
        visitor.wait_for_answer()
    return list(visitors.values())


def replaced(services: Compose, visitors: list[driver.Visitor], how: str) -> Replaced:
    """Send a signal to a copy's page; return when it and the visitor whom it served were back."""
    copy = services.copies()[0]
    for visitor in visitors:
        visitor.page.evaluate(WATCH)
    restarts = _restarts(copy)
    _docker("exec", copy, "python", "-c", SIGNAL.format(how))
    begin = time.time()
    answer = max(visitor.time_stroke(np.array([(60, 250), (220, 250)])) for visitor in visitors) / 1000
    back = well = 0.0
    while not (back and well) and time.time() - begin < REPLACE_SECONDS:
        if not well and _restarts(copy) > restarts and _health(copy) == "healthy":
            well = time.time() - begin
        changes = [visitor.page.evaluate("() => window.changes") for visitor in visitors]
        back = max((moment for log in changes for connected, moment in log if connected), default=begin) - begin
        visitors[0].page.wait_for_timeout(300)
    assert back, f"no visitor lost the copy, or none was connected again after {REPLACE_SECONDS:.0f} s"
    assert well, f"the copy was not healthy again after {REPLACE_SECONDS:.0f} s"
    return Replaced(answer, back, well)


def containers() -> str:
    """The report, in Markdown."""
    if reason := missing():
        raise SystemExit(reason)
    seconds = build()
    rows = [
        ("building the image, with the layers that Docker has kept, s", f"{seconds:.0f}"),
        ("image, MB", f"{megabytes(IMAGE):.0f}"),
        ("of it its base, MB", f"{megabytes(BASES[0]):.0f}"),
    ]
    with driver.chromium() as chromium:
        with container() as page:
            rows += [
                ("one container: healthy after, s", f"{page.started:.1f}"),
                ("MB, at first", f"{page.memory():.0f}"),
            ]
            for path in PAGES:
                with contextlib.closing(chromium.new_page()) as tab:
                    tab.goto(f"{page.address}/{path}")
                    tab.wait_for_timeout(3000)
            rows.append(("MB, after every page", f"{page.memory():.0f}"))
        with composed() as services:
            rows.append(("Compose: two copies, HAProxy and PostgreSQL are up after, s", f"{services.started:.1f}"))
            for how, words in (("SIGKILL", "is killed"), ("SIGSTOP", "stands still")):
                found = replaced(services, one_on_each_copy(chromium, services), how)
                rows.append((f"a copy {words}: the next stroke is read after, s", f"{found.answer:.1f}"))
                rows.append((f"a copy {words}: its visitor is connected again after, s", f"{found.visitor:.1f}"))
                rows.append((f"a copy {words}: it is well again after, s", f"{found.copy:.1f}"))
            rows += [(f"{name}, MB", f"{memory:.0f}") for name, memory in sorted(services.memory().items())]
    version = _docker("version", "--format", "{{.Server.Version}}").stdout.strip()
    compose = _docker("compose", "version", "--short").stdout.strip()
    text = f"Docker {version} with Compose {compose}. Base images: {', '.join(map(_origin, BASES))}.\n\n"
    text += "\n".join(["| | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows)])
    return text + f"\n\nLoad average at the end, other work included: {os.getloadavg()[0]:.1f}.\n"


def _origin(image: str) -> str:
    is_stand_in = "stand-in" in _docker("image", "inspect", "--format", "{{.Config.Labels}}", image).stdout
    return f"{image} ({'a stand-in made of Debian packages' if is_stand_in else 'pulled'})"


def _docker(
    *arguments: str, check: bool = True, timeout: float = 120, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=timeout, env=env)
    if check and done.returncode:
        raise RuntimeError(f"docker {' '.join(arguments)}: {done.stderr[-2000:]}")
    return done


def _inspect(name: str, what: str) -> str:
    return _docker("inspect", "--format", what, name).stdout.strip()


def _health(name: str) -> str:
    return _inspect(name, "{{.State.Health.Status}}")


def _restarts(name: str) -> int:
    return int(_inspect(name, "{{.RestartCount}}"))


def _memory(name: str) -> float:
    used = _docker("stats", "--no-stream", "--format", "{{.MemUsage}}", name).stdout.split("/")[0].strip()
    number, unit = re.fullmatch(r"([\d.]+)([KMG]iB)", used).groups()  # type: ignore[union-attr]
    return float(number) * {"KiB": 1 / 1024, "MiB": 1, "GiB": 1024}[unit]


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def _wait(done: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise RuntimeError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.3)
