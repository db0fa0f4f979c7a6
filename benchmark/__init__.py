"""Benchmarks of speed, load, start and memory; no test depends on their results."""
