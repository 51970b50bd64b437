"""The stores of the journal in memory: what each of them promises, as a specification that runs."""
