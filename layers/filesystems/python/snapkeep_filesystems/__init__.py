"""Reads file systems from the blocks of a snapshot, without mounting them; replays their logs in memory."""
