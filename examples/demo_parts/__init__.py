"""The parts of examples/demo.py, one concern a file."""
