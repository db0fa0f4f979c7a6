"""Copies of the page behind nginx: the committed files are the script's, and the script keeps the copies running."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import deploy.copies as deploy
from benchmark.copies import nginx_path
from tests.page_server import ROOT, free_port

needs_nginx = pytest.mark.skipif(nginx_path() is None, reason="needs nginx, for example from apt-get install nginx")


def printed(*arguments: str) -> str:
    command = [sys.executable, "deploy/copies.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(("what", "name"), [("nginx", "nginx.conf"), ("compose", "compose.yaml")])
def test_the_committed_file_is_what_the_script_prints_for_two_copies(what, name):
    assert printed(what, "2") == (ROOT / "deploy" / name).read_text(encoding="utf-8")


def test_every_copy_has_its_cookie_and_all_the_others_as_stand_ins():
    addresses = [f"127.0.0.1:{port}" for port in (9001, 9002, 9003)]
    text = deploy.configuration(addresses, 9000)
    for number, address in enumerate(addresses, 1):
        (upstream,) = re.findall(rf"upstream digits_{number} {{(.*?)}}", text, re.DOTALL)
        assert re.findall(r"server (\S+) max_fails=0;", upstream) == [address]
        assert upstream.count("server ") == upstream.count(" max_fails=0;"), "else visitors stay locked out of a copy"
        assert sorted(re.findall(r"server (\S+) backup", upstream)) == sorted({*addresses} - {address})
        assert f"digits_{number} digits_{number};" in text
    assert "listen 9000;" in text


@pytest.mark.parametrize("number", [1, 2, 3, 15, 40, 64])
def test_every_copy_gets_the_same_share_of_new_visitors(number):
    text = deploy.configuration([f"127.0.0.1:{9000 + place}" for place in range(number)])
    shares = [float(share) for share in re.findall(r"  ([\d.]+)% digits_", text)]
    assert [*shares, 100 - sum(shares)] == pytest.approx([100 / number] * number, rel=0.2)
    assert text.count("  *   digits_") == 1, "the last one gets what is left"


@needs_nginx
def test_nginx_accepts_the_configuration(tmp_path):
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid {tmp_path}/pid; events {{}} http {{ access_log off;\n{printed('nginx', '15')}\n}}")
    command = [nginx_path(), "-t", "-p", tmp_path, "-c", config]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@needs_nginx
@pytest.mark.slow
def test_a_killed_copy_is_started_again_and_ctrl_c_ends_everything():
    port, first = free_port(), free_port()
    command = [sys.executable, "deploy/copies.py", "run", "2", "--port", str(port), "--first-port", str(first)]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        for watched in (first, first + 1, port):
            wait_until_healthy(watched)
        before = children(running.pid)
        victim = next(pid for pid in before if "app.py" in before[pid])
        os.kill(victim, signal.SIGKILL)
        assert deploy.healthy(f"http://127.0.0.1:{port}{deploy.HEALTH}"), "the other copy stands in"
        for _ in range(100):
            time.sleep(0.1)
            now = children(running.pid)
            if victim not in now and len(now) == len(before):
                break
        assert len([pid for pid in now if "app.py" in now[pid]]) == 2
    finally:
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0
    assert "starting it again" in running.stdout.read()
    assert not any(Path(f"/proc/{pid}").exists() for pid in now)


def wait_until_healthy(port: int) -> None:
    for _ in range(300):
        if deploy.healthy(f"http://127.0.0.1:{port}{deploy.HEALTH}"):
            return
        time.sleep(0.2)
    pytest.fail("nobody answered within a minute")


def children(parent: int) -> dict[int, str]:
    """The running child processes, with their command lines, by process id."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in found}
    return {pid: command for pid, command in commands.items() if command}
