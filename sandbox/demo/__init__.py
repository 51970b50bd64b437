"""The demo: Snapkeep deployed on this machine, a schedule fires, WordPress is backed up."""
