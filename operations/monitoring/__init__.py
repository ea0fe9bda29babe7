"""What a monitoring system needs of a stack: targets to scrape, and a dashboard."""
