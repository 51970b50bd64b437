#!/usr/bin/env bash
# Moves containerd (images, layers, writable layers of pods) to the node's second EBS volume, before nodeadm
# starts it. The volume is found by model among the EBS volumes: the one with nothing on it.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/nvme-ebs-volumes.html
set -euo pipefail

model="Amazon Elastic Block Store"
disk=""
for candidate in $(lsblk --nodeps --noheadings --paths --output NAME,MODEL | awk -v model="$model" 'index($0, model) { print $1 }'); do
  # Without a partition lsblk lists the disk alone, without a file system it says nothing of it.
  if [ "$(lsblk --noheadings --output NAME "$candidate" | wc -l)" -eq 1 ] &&
    [ -z "$(lsblk --nodeps --noheadings --output FSTYPE "$candidate" | tr -d '[:space:]')" ]; then
    disk=$candidate
    break
  fi
done
if [ -z "$disk" ]; then
  echo "no empty volume of model '$model' on this instance: containerd stays on the root volume" >&2
  exit 1
fi

systemctl stop containerd
mkfs.xfs "$disk"
# The image brings the pause container in containerd's store, and no registry has it: copy what is there.
# https://github.com/awslabs/amazon-eks-ami/blob/main/doc/usage/al2023.md#pause-container-image
staging=$(mktemp --directory)
mount "$disk" "$staging"
cp --archive /var/lib/containerd/. "$staging/"
umount "$staging"
uuid=$(blkid --match-tag UUID --output value "$disk")
# For reboots. Not nofail: containerd must not start before its volume is there.
echo "UUID=$uuid /var/lib/containerd xfs defaults,noatime 0 2" | tee --append /etc/fstab
mount /var/lib/containerd
