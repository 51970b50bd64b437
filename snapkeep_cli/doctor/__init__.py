"""`snapkeep doctor`: what a cluster and its account lack, each with the command that fixes it.

`gather` asks AWS and the cluster and turns the answers into `facts`; `checks` turn facts into `findings`
without any call; `show` prints them.
"""
