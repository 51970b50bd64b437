"""The act of looking into points: checks, a file that is read, and a table that somebody dropped."""
