"""Runs one command with a time limit and ends everything it started."""

import os
import signal
import subprocess
import time


def end_group(group):
    """SIGTERM to a process group that this program made, SIGKILL to what is left of it."""
    for sign, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        try:
            os.killpg(group, sign)
        except ProcessLookupError:
            return
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)


def run(command, seconds, **options):
    """(exit status, output); the status is None when the time limit was reached."""
    process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True, **options)
    try:
        output, _ = process.communicate(timeout=seconds)
        return process.returncode, output
    except subprocess.TimeoutExpired:
        end_group(process.pid)
        output, _ = process.communicate()
        return None, output + f"\nended after {seconds} s, its time limit\n"
    except BaseException:
        end_group(process.pid)
        raise
    finally:
        if process.poll() is not None:
            end_group(process.pid)
