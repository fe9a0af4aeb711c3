"""Figures that a suite tells: ./test shows them also when all is well."""

LINES = []


def note(line):
    print(line, flush=True)
    LINES.append(line)
