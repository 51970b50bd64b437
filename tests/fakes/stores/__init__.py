"""The journal's stores in memory: an executable specification of what each one promises."""
