"""What people are told about saved objects."""
