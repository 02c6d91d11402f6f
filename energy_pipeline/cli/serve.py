"""Command `ui`: Dagster's web server and daemon, on this machine only."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from energy_pipeline.cli.console import HomeOption, InboxOption, console, fail
from energy_pipeline.settings import PROJECT

PATIENCE_S = 30


class Part(StrEnum):
    """What to serve: a supervisor (systemd, containers) runs each part by itself."""

    ALL = "all"
    WEB = "web"
    DAEMON = "daemon"


def ui(
    inbox: InboxOption,
    home: HomeOption,
    port: Annotated[int, typer.Option(help="Port du serveur web.")] = 3000,
    host: Annotated[
        str, typer.Option(help="Dagster n'a pas de mot de passe : garder 127.0.0.1, derrière un serveur mandataire.")
    ] = "127.0.0.1",
    part: Annotated[
        Part, typer.Option(help="Le serveur web, le démon (planifications, détecteurs), ou les deux.")
    ] = Part.ALL,
) -> None:
    """Serve Dagster's UI, with the daemon that runs schedules, sensors and backfills."""
    from assets.launch import prepare_environment
    from assets.sensors import SERVED_SINCE

    prepare_environment(inbox.resolve(), home.resolve(), console.print)
    os.environ[SERVED_SINCE] = datetime.now(UTC).isoformat()
    workspace = str(PROJECT / "workspace.yaml")
    tools = Path(sys.executable).parent
    web = [str(tools / "dagster-webserver"), "-h", host, "-p", str(port), "-w", workspace]
    daemon = [str(tools / "dagster-daemon"), "run", "-w", workspace]
    commands = {Part.ALL: (web, daemon), Part.WEB: (web,), Part.DAEMON: (daemon,)}[part]
    if part is not Part.DAEMON:
        console.print(f"Dagster : http://{host}:{port} (Ctrl-C pour arrêter)")
    # First: where this process ignores the signal, as a job of a script may, its children would as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            processes.append(subprocess.Popen(command, cwd=PROJECT, env=os.environ))
        _wait_for_any(processes)
        # Whoever supervises this process restarts it only when it fails.
        raise fail("Le serveur web ou le démon s'est arrêté de lui-même.")
    except KeyboardInterrupt:
        pass
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Wait for a process that was asked to end; one that does not is killed, which loses nothing."""
    try:
        process.wait(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for_any(processes: list[subprocess.Popen[bytes]]) -> None:
    """Return when one has ended: half of the service would look like the whole."""
    while all(process.poll() is None for process in processes):
        try:
            processes[0].wait(timeout=1)
        except subprocess.TimeoutExpired:
            continue
