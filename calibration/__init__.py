"""Calibration of the default parameter set: `python -m calibration --help`."""
