#!/bin/sh
# Boots the stand-in stack and stays in the foreground: start.sh [--full]
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
python=$(cat "$here/.rehearsal/python")
mode=light
for argument in "$@"; do
  case "$argument" in
    --full) mode=full ;;
    *) echo "start.sh: unknown option: $argument" >&2; exit 2 ;;
  esac
done
echo "==> stack: booting ($mode)"
echo "==> database: stand-in file, nothing to migrate"
if [ "$mode" = full ]; then
  echo "==> workers: authoring"
  echo "==> dashboard: /org-settings"
fi
exec "$python" -u "$here/tools/dev/stack_server.py"
