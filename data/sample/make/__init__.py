"""The parts that make the invented sample district, one module for each kind of record."""
