#!/bin/sh
# bring-deployer-key.sh STACK: puts the key that signs network configuration where geofleet looks for it.
# It comes from AWS Secrets Manager (geofleet/STACK/deployer.pem) with the run's own short-lived credentials.
# Voters' keys never come near CI: `geofleet keys put` is run by an operator, once per new host.
set -eu
umask 077
stack="$1"
folder=".geofleet/secrets/$stack"
mkdir -p "$folder"
aws secretsmanager get-secret-value --secret-id "geofleet/$stack/deployer.pem" --query SecretString --output text \
  > "$folder/deployer.pem"
