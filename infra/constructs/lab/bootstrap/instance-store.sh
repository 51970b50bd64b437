#!/usr/bin/env bash
# Formats the node's instance store and mounts it at /data. It is found by model: the numbers of NVMe devices
# follow the order in which they answered, so that nvme1n1 may as well be an EBS volume.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/nvme-ebs-volumes.html
set -euo pipefail

model="Amazon EC2 NVMe Instance Storage"
disk=$(lsblk --nodeps --noheadings --paths --output NAME,MODEL | awk -v model="$model" 'index($0, model) && !found++ { print $1 }')
if [ -z "$disk" ]; then
  echo "no disk of model '$model' on this instance: /data is not mounted; use a type with one, such as c5d.large" >&2
  exit 1
fi

mkfs.xfs "$disk"
uuid=$(blkid --match-tag UUID --output value "$disk")
mkdir --parents /data
# For reboots. nofail: a node without its scratch disk is still a node.
echo "UUID=$uuid /data xfs defaults,noatime,nofail 0 2" | tee --append /etc/fstab
mount /data
