"""Pictures of a plan as SVG: text stays text, nothing outside is referred to, and the same plan gives the same bytes."""
