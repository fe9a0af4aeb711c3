"""Java programs of tests/conformance: jars from Maven Central, run on Debian's Java 17."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FETCH_SECONDS = 600


def jars(pom, name):
    """The folder with the jars that the pom names; a second call is free."""
    script = f'. "{ROOT}/packaging/java.sh" && icelight_java_jars "{pom}" "{name}"'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=FETCH_SECONDS)
    if done.returncode != 0:
        raise AssertionError(f"the jars of {pom}: {done.stdout}{done.stderr}"[-3000:])
    return pathlib.Path(done.stdout.strip())
