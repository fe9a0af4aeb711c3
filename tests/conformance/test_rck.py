"""Iceberg's own REST Compatibility Kit (Java, JUnit) against the catalog; the views' class in ./test --all.

Every case that passes on the Java reference server must pass here; the kit skips what the flags below
say that the server does not claim.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

from harness import packaging
from harness.notes import note
from harness.server import Server, scratch_directory

KIT = pathlib.Path(__file__).resolve().parent / "rck" / "pom.xml"
RUN_SECONDS = 400
CLASSES = {"catalog": "org.apache.iceberg.rest.RESTCompatibilityKitCatalogTests",
           "views": "org.apache.iceberg.rest.RESTCompatibilityKitViewCatalogTests"}
# Cases that the reference server passes, and those skipped on it (measured with iceberg-open-api 1.11.0).
REFERENCE = {"catalog": (94, 12), "views": (50, 1)}

# What the server claims: namespaces may nest and hold dots, a table needs its namespace, a location outside the
# warehouse is replaced by one inside.
CLAIMS = {"requires-namespace-create": "true", "supports-serverside-retry": "true", "supports-nested-namespaces": "true",
          "supports-names-with-dot": "true", "overrides-requested-location": "true"}


def run_kit(server, name):
    """{state: [case, …]} with the states passed, failed and skipped; failed cases with their reason."""
    folder = scratch_directory()
    options = {**CLAIMS, "local": "false", "uri": server.url + "/iceberg", "purge-test-namespaces": "true"}
    # The kit reads rck.x; the client it makes reads x.
    properties = [f"-D{prefix}{key}={value}" for key, value in options.items() for prefix in ("rck.", "")]
    command = ["java", "-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", *properties, "-cp",
               f"{packaging.bring('java.sh', 'icelight_java_jars', KIT, 'rck')}/*", "org.junit.platform.console.ConsoleLauncher", "execute", "-c", CLASSES[name],
               "--config", "rck.local=false", "--disable-banner", "--details=none", f"--reports-dir={folder}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=RUN_SECONDS)
    found = {"passed": [], "failed": [], "skipped": []}
    try:
        for case in xml.etree.ElementTree.parse(folder / "TEST-junit-jupiter.xml").getroot().iter("testcase"):
            problem = case.find("failure") if case.find("failure") is not None else case.find("error")
            if problem is not None:
                found["failed"].append(f"{case.get('name')}: {(problem.get('message') or problem.text or '')[:500]}")
            else:
                found["skipped" if case.find("skipped") is not None else "passed"].append(case.get("name"))
    except OSError:
        raise AssertionError(f"the kit did not run: {done.stdout}{done.stderr}"[-3000:]) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


class CompatibilityKitTest(unittest.TestCase):
    maxDiff = None

    def run_class(self, name):
        # One case asks for views' metadata in a folder of its own.
        with Server("--catalog-view-folders", tempfile.gettempdir()) as server:
            found = run_kit(server, name)
        passed, skipped = REFERENCE[name]
        note(f"REST Compatibility Kit, {name}: {len(found['passed'])} passed, {len(found['failed'])} failed, "
             f"{len(found['skipped'])} skipped (reference server: {passed} passed, {skipped} skipped)")
        self.assertEqual(found["failed"], [])
        self.assertGreaterEqual(len(found["passed"]), passed)
        self.assertLessEqual(len(found["skipped"]), skipped)

    def test_the_catalog_class_passes(self):
        self.run_class("catalog")

    @unittest.skipUnless(os.environ.get("TEST_ALL"), "part of ./test --all")
    def test_the_views_class_passes(self):
        self.run_class("views")


if __name__ == "__main__":
    unittest.main()
