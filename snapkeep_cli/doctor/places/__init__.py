"""What the doctor sees of places, and of copies that a deployment adopts: `gather` asks, the others judge."""
