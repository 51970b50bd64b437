"""A real control plane in place of the sandbox's own cluster: `python -m tests.e2e.controlplane`.

Real: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, the snapshot controller, the CSI sidecars
and the controller of the EBS CSI driver. Played: the kubelets and the cloud controller (`kubelets.py`). EC2,
STS and EKS are the sandbox's.
"""
