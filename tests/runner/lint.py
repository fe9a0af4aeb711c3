"""clang-format over all sources; clang-tidy over what changed, each file once per content."""

import concurrent.futures
import hashlib
import json
import pathlib
import subprocess

from runner import build, process

ROOT = build.ROOT
FORMAT_SECONDS = 120
LINT_SECONDS = 300
# A test that reads an empty optional fails, as it should, and need not build its texts fast.
NOT_IN_TESTS = "--checks=-bugprone-unchecked-optional-access,-performance-inefficient-string-concatenation"


def git(*arguments):
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.split() if done.returncode == 0 else []


def check_format():
    """(exit status, output) of clang-format on every C++ file of the project."""
    files = [path for folder in ("src", "tests", "benches", "cmake", "fuzz") for path in sorted((ROOT / folder).rglob("*"))
             if path.suffix in (".cc", ".h") and "node_modules" not in path.parts]
    return process.run(["clang-format-14", "--dry-run", "--Werror", *files], FORMAT_SECONDS, cwd=ROOT)


def changed_files():
    """What differs from the main branch, or from the commit before when this is the main branch."""
    base = git("merge-base", "HEAD", "origin/main") or git("merge-base", "HEAD", "main")
    if base == git("rev-parse", "HEAD"):
        base = git("rev-parse", "--verify", "HEAD^") or base
    changed = set(git("diff", "--name-only", *base[:1])) | set(git("ls-files", "--others", "--exclude-standard"))
    return {ROOT / name for name in changed}


def dependencies():
    """Object file -> the headers it was compiled from, as ninja knows them."""
    listed = subprocess.run(["ninja", "-C", str(build.DEV.folder), "-t", "deps"], capture_output=True, text=True).stdout
    found, current = {}, []
    for line in listed.splitlines():
        if line.startswith("    "):
            current.append(line.strip())
        elif ": " in line:
            current = found.setdefault(line.split(": ")[0], [])
    return found


class Lint:
    """clang-tidy with a memory: a file is read again only when it or a header of ours changed."""

    def __init__(self):
        self.commands = json.loads((build.DEV.folder / "compile_commands.json").read_text())
        self.dependencies = dependencies()
        self.memory = build.DEV.folder / "lint"
        self.memory.mkdir(exist_ok=True)
        self.rules = (ROOT / ".clang-tidy").read_bytes() + NOT_IN_TESTS.encode()

    def stamp_of(self, entry):
        digest = hashlib.sha256(self.rules)
        for name in sorted({entry["file"], *self.dependencies.get(entry.get("output", ""), [])}):
            path = (build.DEV.folder / name).resolve()
            if path.is_relative_to(ROOT) and path.exists():
                digest.update(str(path).encode() + path.read_bytes())
        return self.memory / digest.hexdigest()

    def check(self, entry):
        stamp = self.stamp_of(entry)
        if stamp.exists():
            return 0, ""
        is_test = bool({"test", "testing"} & set(pathlib.Path(entry["file"]).parts))
        command = ["clang-tidy-16", "--quiet", "-p", build.DEV.folder, *([NOT_IN_TESTS] if is_test else []), entry["file"]]
        status, output = process.run(command, LINT_SECONDS, cwd=ROOT)
        if status == 0:
            stamp.touch()
            return 0, ""
        return 1, output


def check_lint(is_all):
    """(exit status, output) of clang-tidy on the changed sources, or on all of them."""
    lint = Lint()
    wanted = None if is_all else changed_files()
    entries = [entry for entry in lint.commands
               if pathlib.Path(entry["file"]).is_relative_to(ROOT) and (wanted is None or pathlib.Path(entry["file"]) in wanted)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as lanes:
        results = list(lanes.map(lint.check, entries))
    return int(any(status for status, _ in results)), "\n".join(output for _, output in results if output)
