"""The files in deploy/ are valid for their engines, and the health check ends a page that stands still."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import health
from tests.page_server import ROOT, running

DEPLOY = ROOT / "deploy"


def program(name: str, package: str) -> str:
    """The path of a program; the test is skipped where it is missing."""
    path = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    return path or pytest.skip(f"needs {name}: {package}")


def compose() -> list[str]:
    docker = program("docker", "apt-get install docker.io docker-compose")
    if subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("needs Docker Compose: apt-get install docker-compose")
    return [docker, "compose"]


@pytest.fixture
def killed(monkeypatch) -> Iterator[list[bool]]:
    done: list[bool] = []
    monkeypatch.setattr(health, "end_page", lambda: done.append(True))
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.3)
    return done


def test_a_page_that_stands_still_is_ended_and_one_that_is_gone_or_starts_is_not(monkeypatch, killed):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/_stcore/health"
        monkeypatch.setattr(health, "ADDRESS", address)
        assert health.main() == 1 and killed
    killed.clear()
    assert health.main() == 1 and not killed, "refused"


@pytest.mark.slow
def test_a_page_that_answers_is_well(monkeypatch, killed):
    monkeypatch.setattr(health, "ANSWER_SECONDS", 10.0)
    with running() as server:
        monkeypatch.setattr(health, "ADDRESS", f"{server.address}/_stcore/health")
        assert health.main() == 0 and not killed


def test_every_manifest_for_kubernetes_passes_its_schema(tmp_path):
    kubectl = program("kubectl", "apt-get install kubernetes-client")
    validate = program("kubernetes-validate", "pip install kubernetes-validate")
    shutil.copytree(DEPLOY / "kubernetes", tmp_path / "kubernetes")
    (tmp_path / "kubernetes" / "database.env.example").rename(tmp_path / "kubernetes" / "database.env")
    manifests = subprocess.run(
        [kubectl, "kustomize", tmp_path / "kubernetes"], capture_output=True, text=True, check=True
    )
    kinds = [line.removeprefix("kind: ") for line in manifests.stdout.splitlines() if line.startswith("kind: ")]
    assert {"Deployment", "Service", "Ingress", "PodDisruptionBudget", "HorizontalPodAutoscaler"} <= set(kinds)
    (tmp_path / "all.yaml").write_text(manifests.stdout, encoding="utf-8")
    done = subprocess.run([validate, "--strict", tmp_path / "all.yaml"], capture_output=True, text=True)
    assert done.returncode == 0 and (done.stdout + done.stderr).count(" passed ") == len(kinds), done.stderr


def test_the_compose_file_is_valid_and_asks_for_a_password():
    command = [*compose(), "-f", DEPLOY / "compose.yaml", "config"]
    environment = {name: value for name, value in os.environ.items() if name != "ROOMS_PASSWORD"}
    refused = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert refused.returncode != 0 and "put a password into .env" in refused.stderr
    done = subprocess.run(command, env=environment | {"ROOMS_PASSWORD": "x"}, capture_output=True, text=True)
    assert done.returncode == 0 and "read_only: true" in done.stdout, done.stderr


def test_the_template_for_systemd_has_no_fault_but_that_its_program_is_not_installed(tmp_path):
    analyze = program("systemd-analyze", "apt-get install systemd")
    shutil.copy(DEPLOY / "systemd" / "digits@.service", tmp_path / "digits@8501.service")
    done = subprocess.run([analyze, "verify", tmp_path / "digits@8501.service"], capture_output=True, text=True)
    faults = [line for line in done.stderr.splitlines() if "digits@" in line]
    assert [line for line in faults if "is not executable" not in line] == []
