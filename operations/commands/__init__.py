"""The words of the `geofleet` command, by what they are about; each imports what it needs when it runs."""
