"""The relayer of Confio, as a library that our own loop drives."""
