"""Runs of the pipeline in processes forked from one that has its libraries loaded: real processes, seconds cheaper.

`python -m tests.forked_runs` reads on its input, as JSON a line: inbox, home, `options` of the command `run`, or
`command`, the words of another one, the `folder` it is run from, and what befalls it: `kill_after` seconds (SIGKILL),
`file_bytes` (RLIMIT_FSIZE), `time_zone`, `umask`. It answers a line: the exit code, negative for a signal, what was
said, and how much of it on the output.
"""

import atexit
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def said(self) -> str:
        """All that was said, on the output and as errors."""
        return self.out + self.err


class Runs:
    """The process that forks."""

    def __init__(self, process: "subprocess.Popen[str]"):
        self._process = process

    def start(self, inbox: Path, home: Path, **befalls: float | str | None) -> None:
        """Start a run."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"inbox": str(inbox), "home": str(home), **befalls}) + "\n")
        self._process.stdin.flush()

    def command(self, *words: str | Path, folder: Path | None = None) -> Outcome:
        """Run a command, and wait."""
        return self.run(Path(), Path(), command=json.dumps([str(word) for word in words]), folder=str(folder or ""))

    def end(self) -> Outcome:
        """Wait for it."""
        assert self._process.stdout
        return Outcome(**json.loads(self._process.stdout.readline()))

    def run(self, inbox: Path, home: Path, **befalls: float | str | None) -> Outcome:
        """Run and wait."""
        self.start(inbox, home, **befalls)
        return self.end()


@cache
def shared() -> Runs:
    """Return the process of all the tests of this one that only need runs one after the other."""
    opened = ExitStack()
    atexit.register(opened.close)
    return opened.enter_context(forking(COLUMNS="200"))


@contextmanager
def forking(**environment: str) -> Iterator[Runs]:
    """Start the process that forks, in this environment but for some variables, and end it."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.forked_runs"],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=os.environ | environment,
    ) as process:  # fmt: skip
        yield Runs(process)
        assert process.stdin
        process.stdin.close()


def _in_child(wanted: dict, out: int, err: int) -> None:
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.setpgid(0, 0)
    if folder := wanted.get("folder"):
        os.chdir(folder)
    os.umask(int(wanted.get("umask", 0o022)))
    if zone := wanted.get("time_zone"):
        os.environ["TZ"] = zone
        time.tzset()
    if most := wanted.get("file_bytes"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
    from energy_pipeline.cli import app

    run = ["run", "--inbox", wanted["inbox"], "--home", wanted["home"], *wanted.get("options", "").split()]
    app(json.loads(wanted["command"]) if "command" in wanted else run)


def _serve() -> None:
    import assets.launch  # noqa: F401
    import energy_pipeline.cli.results
    import energy_pipeline.quality.engine  # noqa: F401 - loaded once, not by each run

    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        wanted = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            started = time.monotonic()
            child = os.fork()
            if child == 0:
                code = 70
                try:
                    _in_child(wanted, out.fileno(), err.fileno())
                except SystemExit as ended:
                    code = ended.code if isinstance(ended.code, int) else 1
                except BaseException:
                    import traceback

                    traceback.print_exc()
                finally:
                    sys.stdout.flush()
                    sys.stderr.flush()
                    os._exit(code)
            if (after := wanted.get("kill_after")) is not None:
                time.sleep(after)
                os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            out.seek(0)
            err.seek(0)
            answer = {
                "code": os.waitstatus_to_exitcode(status),
                "out": out.read().decode(),
                "err": err.read().decode(),
                "seconds": time.monotonic() - started,
            }
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    _serve()
