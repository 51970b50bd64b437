"""`snapkeep doctor`: what a cluster and its account lack, each with the command that mends it.

`gather` asks AWS and the cluster and makes `facts` of the answers; `checks` turn facts into `findings`
without asking anybody; `show` prints them.
"""
