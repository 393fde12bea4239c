#!/usr/bin/env bash
# The browser tests need Chromium. As root on Debian it is installed here; else we say what to do.
set -euo pipefail
for name in chromium chromium-browser google-chrome; do
	if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "==> Installing Chromium for the browser tests (once)"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
	exit 0
fi
message="Chromium is missing: install it (Debian: apt-get install chromium) to run the browser tests."
if [ -n "${CI:-}" ]; then
	echo "$message" >&2
	exit 1
fi
echo "==> $message They are skipped this time."
