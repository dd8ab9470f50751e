import type { WebBuild } from '../repository/web-build';

/** The commands that bring Flutter into a build: none for a web app of another kind. No image of CodeBuild has it. */
export function bringFlutter({ flutter }: WebBuild): readonly string[] {
  return flutter === undefined
    ? []
    : ['sh "$SCRIPTS/install-flutter.sh"', `export PATH="$PATH:$HOME/flutter/$FLUTTER_VERSION/flutter/bin"`];
}

/** A Flutter build that tells the app the api’s address, which Firebase Hosting passes no requests on to. */
export function withApiUrl({ build, flutter }: WebBuild): readonly string[] {
  if (flutter === undefined) return build;
  return build.map((command) =>
    command === 'flutter build web --release' ? `${command} --dart-define="API_URL=$API_URL"` : command,
  );
}
