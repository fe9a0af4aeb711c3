"""The parts of tests/run.py: builds, jobs and their outcomes."""
