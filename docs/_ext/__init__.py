"""What Sphinx needs beyond its own parts: formulas as MathML, sources from the bibliography."""
