"""CometBFT with its own key-value application."""
