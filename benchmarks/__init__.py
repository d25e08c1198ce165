"""Benchmarks: each file is one row of the speed table, and runs the alternative in the same process."""
