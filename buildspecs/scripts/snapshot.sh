# Takes a named snapshot of the database, and waits for it, where something is to be applied and the environment wants one.
set -e
if [ "$PENDING" = no ]; then
  echo 'nothing to apply'
elif [ -n "$SNAPSHOT_OF" ]; then
  SNAPSHOT="$SNAPSHOT_PREFIX$(date -u +%Y%m%d-%H%M%S)"
  echo "snapshot $SNAPSHOT of $SNAPSHOT_OF"
  aws rds create-db-snapshot --db-instance-identifier "$SNAPSHOT_OF" --db-snapshot-identifier "$SNAPSHOT" --query DBSnapshot.Status --output text
  aws rds wait db-snapshot-available --db-instance-identifier "$SNAPSHOT_OF" --db-snapshot-identifier "$SNAPSHOT"
fi
