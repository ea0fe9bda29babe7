"""Rules on cost: budgets are kept, and every price is known."""
