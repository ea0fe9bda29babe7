"""`geofleet report`: evidence of a stack, gathered without engine or credentials, as one page and one document."""
