"""What packaging/*.sh brings: a function of such a file, called by name."""

import pathlib
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BRING_SECONDS = 600


def bring(file, function, *arguments):
    """What the function prints: the place of what it installed. A second call is free."""
    command = shlex.join([function, *map(str, arguments)])
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", f". {shlex.quote(str(ROOT / 'packaging' / file))}; {command}"],
                          capture_output=True, text=True, timeout=BRING_SECONDS)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}"[-3000:])
    return pathlib.Path(done.stdout.strip())
