"""The figures, drawn once as inline SVG with real text: one drawing serves light, dark, print and notebooks."""
