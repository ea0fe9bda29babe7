"""YAML text to a valid `Network`, or every mistake with file, line, column and remedy."""

from schemas.loading.loader import LoadedSpec, load_spec, load_spec_text

__all__ = ["LoadedSpec", "load_spec", "load_spec_text"]
