"""Rules on the hardening of resources at AWS and GCP, whoever made them."""
