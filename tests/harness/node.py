"""Node and the packages of tests/sdk."""

import fcntl
import hashlib
import pathlib
import subprocess

SDK = pathlib.Path(__file__).resolve().parent.parent / "sdk"
INSTALL_SECONDS = 600


def install():
    """Brings the packages that package-lock.json pins; a second call is free. Suites that run beside each other take turns."""
    lock = hashlib.sha256((SDK / "package-lock.json").read_bytes()).hexdigest()
    with open(SDK / "package-lock.json", encoding="utf-8") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        stamp = SDK / "node_modules" / ".installed"
        if stamp.exists() and stamp.read_text() == lock:
            return
        done = subprocess.run(["npm", "install", "--ignore-scripts", "--no-save"], cwd=SDK, capture_output=True, text=True,
                              timeout=INSTALL_SECONDS)
        if done.returncode != 0:
            raise AssertionError(f"npm install: {done.stdout}{done.stderr}")
        stamp.write_text(lock)


def run(*command, cwd=SDK, seconds=300):
    """Runs `node ...`; an exit status other than 0 is an AssertionError."""
    done = subprocess.run(["node", *map(str, command)], cwd=cwd, capture_output=True, text=True, timeout=seconds)
    if done.returncode != 0:
        raise AssertionError(f"node {command}: {done.stdout}{done.stderr}"[-3000:])
    return done.stdout
