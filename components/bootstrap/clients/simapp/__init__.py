"""simapp of ibc-go: a chain of the Cosmos SDK with IBC."""
