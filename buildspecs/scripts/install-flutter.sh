# Brings Flutter, which no image of CodeBuild has: FLUTTER_VERSION, kept in the build's cache. Where a Flutter is installed already, that one runs.
set -e
if command -v flutter > /dev/null; then
  echo "flutter: this machine's own runs, instead of $FLUTTER_VERSION"
  exit 0
fi
FOLDER="$HOME/flutter/$FLUTTER_VERSION"
if [ ! -x "$FOLDER/flutter/bin/flutter" ]; then
  rm -rf "$FOLDER"
  mkdir -p "$FOLDER"
  # docs.flutter.dev, "Flutter SDK archive".
  curl --fail --silent --show-error --location --retry 5 --retry-all-errors \
    "https://storage.googleapis.com/flutter_infra_release/releases/stable/linux/flutter_linux_$FLUTTER_VERSION-stable.tar.xz" | tar -xJ -C "$FOLDER"
fi
# The archive's files belong to nobody of this machine; git asks to be told that they may.
git config --global --add safe.directory "$FOLDER/flutter"
"$FOLDER/flutter/bin/flutter" --version
