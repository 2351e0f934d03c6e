"""The compiled engine beside its peers: `python -m benchmarks.speed --help`."""
