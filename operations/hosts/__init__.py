"""What is read on deployed hosts, and what is checked of it; tests/hosts states it as claims."""
