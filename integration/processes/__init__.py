"""The processes of the product: web, worker, scheduler, and `up`, which runs all three for a small team."""
