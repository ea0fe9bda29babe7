"""One provider-neutral host, and the back ends that make its machine."""
