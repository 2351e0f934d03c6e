"""Peers of the compiled engine on six loads: `python -m benchmarks.speed.peers --help`."""
