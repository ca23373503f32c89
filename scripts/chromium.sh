#!/usr/bin/env bash
# The browser tests drive the system's Chromium. As root it is installed; otherwise this says how.
set -euo pipefail
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "· Installing Chromium for the browser tests"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null
  exit 0
fi
echo "The browser tests need Chromium: sudo apt-get install chromium" >&2
[ -z "${CI:-}" ] || exit 1
echo "They will be skipped here; CI fails instead." >&2
