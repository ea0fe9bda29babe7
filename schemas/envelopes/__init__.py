"""JSON Schemas of what `--format json` prints, one file per kind."""
