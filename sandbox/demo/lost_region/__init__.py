"""The act of the lost Region: WordPress is copied to Osaka, its home disappears, and it comes back there."""
