"""The demo: deploy Snapkeep on this machine, fire a schedule, back up WordPress."""
