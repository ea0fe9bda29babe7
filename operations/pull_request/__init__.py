"""What a pull request changes: which stacks, and what it means for survival, latency, cost and rules."""
