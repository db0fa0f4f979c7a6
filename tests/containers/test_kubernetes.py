"""The pods of deploy/kubernetes, really run by Podman: the page behind its pooler and PostgreSQL, and a lesson in it.

Podman runs neither Ingress, autoscaling nor disruption budgets; tests/test_deploy.py checks them against their schemas.
"""

from __future__ import annotations

import base64
import contextlib
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark import containers
from tests.containers.test_containers import hold_lesson
from tests.page_server import ROOT

pytestmark = pytest.mark.nightly
NETWORK = "draw-a-digit-test"
IMAGES = (containers.IMAGE, "postgres:17", "edoburu/pgbouncer:v1.24.1-p1")
START_SECONDS = 120


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """Runs the pods, and yields where the page answers."""
    yaml = pytest.importorskip("yaml", reason="needs PyYAML: pip install pyyaml")
    for name, package in (("podman", "podman catatonit"), ("kubectl", "kubectl")):
        if not shutil.which(name):
            pytest.skip(f"needs {name}, for example from apt-get install {package}")
    if reason := containers.missing():
        pytest.skip(reason)
    containers.build()
    for image in IMAGES:
        subprocess.run(f"docker save {image} | podman load --quiet", shell=True, check=True, stdout=subprocess.DEVNULL)
    folder = tmp_path_factory.mktemp("kubernetes")
    file = folder / "pods.yaml"
    file.write_text(yaml.safe_dump_all(pods(yaml, folder)), encoding="utf-8")
    podman("network", "create", NETWORK)
    try:
        podman("kube", "play", "--network", NETWORK, str(file))
        yield answering(f"http://{address_of('page-pod-0')}:8501")
    finally:
        podman("kube", "down", str(file), check=False)
        podman("network", "rm", "--force", NETWORK, check=False)


def test_a_lesson_is_held_in_the_pod_and_stored_in_postgresql_through_the_pooler(visit, address):
    hold_lesson(visit, address)
    counts = "SELECT (SELECT count(*) FROM rooms), (SELECT count(*) FROM drawings)"
    psql = ("psql", "-h", "127.0.0.1", "-U", "rooms", "rooms", "-Atc", counts)
    assert podman("exec", "-e", "PGPASSWORD=change-me", "database-pod-postgres", *psql).strip() == "1|2"


def pods(yaml: Any, folder: Path) -> list[dict]:
    """The manifests as Podman 4.3 can play them: settings and one pod of each deployment, and a pod of PostgreSQL.

    It knows no services, so pods have its names; it reads no secrets, and expands no $(VARIABLE), which is done here.
    """
    shutil.copytree(ROOT / "deploy" / "kubernetes", folder / "kubernetes")
    (folder / "kubernetes" / "database.env.example").rename(folder / "kubernetes" / "database.env")
    command = ["kubectl", "kustomize", folder / "kubernetes"]
    found = list(yaml.safe_load_all(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    secret = next(one for one in found if one["kind"] == "Secret")["data"]
    values = {name: base64.b64decode(value).decode() for name, value in secret.items()} | {"DB_HOST": "database-pod"}
    database = {"name": "postgres", "image": "localhost/postgres:17", "env": []}
    for name in ("USER", "PASSWORD", "DB"):
        value = values["DB_NAME" if name == "DB" else f"DB_{name}"]
        database["env"].append({"name": f"POSTGRES_{name}", "value": value})
    first = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "database-pod"},
        "spec": {"containers": [database]},
    }
    deployments = [one for one in found if one["kind"] == "Deployment"]
    for deployment in deployments:
        deployment["spec"]["replicas"] = 1
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        container["image"] = "localhost/" + container["image"].removeprefix("registry.example.org/")
        env = [
            {"name": one["name"], "value": one.get("value") or values[one["valueFrom"]["secretKeyRef"]["key"]]}
            for one in container["env"]
        ]
        if any("secretRef" in source for source in container["envFrom"]):
            env += [{"name": name, "value": value} for name, value in values.items()]
        container["envFrom"] = [source for source in container["envFrom"] if "secretRef" not in source]
        for one in env:
            for other in env:
                one["value"] = one["value"].replace(f"$({other['name']})", other["value"])
            one["value"] = one["value"].replace("@pooler/", "@pooler-pod-0/")
        container["env"] = env
    return [*(one for one in found if one["kind"] == "ConfigMap"), first, *deployments]


def podman(*arguments: str, check: bool = True) -> str:
    done = subprocess.run(["podman", *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 or not check, done.stderr[-2000:]
    return done.stdout


def address_of(pod: str) -> str:
    infra = podman("pod", "inspect", "--format", "{{.InfraContainerID}}", pod).strip()
    return podman("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", infra).strip()


def answering(address: str) -> str:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
            return address
        time.sleep(0.5)
    raise RuntimeError(f"no page at {address} after {START_SECONDS} s")
