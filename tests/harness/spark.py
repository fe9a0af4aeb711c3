"""Spark with Iceberg's runtime, for programs of tests/conformance/spark. Fetches both at first."""

import os
import pathlib
import subprocess
import sys

from harness import packaging

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "conformance" / "spark"
RUN_SECONDS = 900


def run(program, catalog, *arguments):
    """Runs `program CATALOG JAR ARGUMENTS...`; @return what it printed. Another exit status than 0 is an AssertionError."""
    site = packaging.bring("spark.sh", "icelight_spark", sys.executable)
    jars = pathlib.Path(packaging.bring("java.sh", "icelight_java_jars", FOLDER / "pom.xml", "spark"))
    jar = next(jars.glob("iceberg-spark-runtime-*.jar"))
    done = subprocess.run([sys.executable, FOLDER / program, catalog, jar, *arguments],
                          env={**os.environ, "PYTHONPATH": site, "SPARK_LOCAL_IP": "127.0.0.1"},
                          capture_output=True, text=True, timeout=RUN_SECONDS)
    if done.returncode != 0:
        text = done.stdout + done.stderr
        causes = [line for line in text.splitlines() if "Caused by" in line or "Error" in line or "Exception" in line]
        raise AssertionError("\n".join([*causes[:20], text[-4000:]]))
    return done.stdout
